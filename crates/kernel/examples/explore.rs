//! `cargo run --release --example explore -- TASK.json DEPTH`: counts states by depth.
use chekhov_kernel::{
    explanation::{Control, Limits, Reasons},
    explore::{explore, Exploration},
    space::Space,
    task::Task,
};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let task = Task::parse(&std::fs::read_to_string(&args[1]).expect("a task file")).expect("a task");
    let space = Space::new(task);
    let (reasons, control) = (Reasons::new(), std::sync::Arc::new(Control::default()));
    let threads = std::env::var("THREADS").ok().and_then(|t| t.parse().ok()).unwrap_or(2);
    let asked = Exploration {
        physical: true,
        depth: Some(args[2].parse().expect("a depth")),
        limits: Limits { acts: 9, beliefs: None },
        deadline: None,
        memory: None,
        threads,
    };
    let start = std::time::Instant::now();
    match explore(&space, &reasons, &control, &asked) {
        Ok(found) => {
            let seconds = start.elapsed().as_secs_f64();
            println!("{:?} complete={} transitions={}", found.states_by_depth, found.complete, found.transitions);
            println!(
                "{seconds:.3}s, {} nodes, {} valuations, {} bytes shared, {} all",
                space.nodes.len(),
                space.vals.rows.len(),
                space.bytes(),
                found.bytes
            );
        }
        Err(error) => println!("{error:?}"),
    }
}
