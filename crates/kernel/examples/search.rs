//! `cargo run --release --example search -- ROWS.json TASKDIR [ROW...]`: solves benchmark rows.
use chekhov_kernel::{
    explanation::{Control, Limits, Reasons},
    search::{search, Request},
    space::Space,
    task::Task,
};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let rows: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&args[1]).unwrap()).unwrap();
    for row in rows.as_array().unwrap() {
        let name = row["row"].as_str().unwrap();
        if !args[3..].is_empty() && !args[3..].iter().any(|a| a == name) {
            continue;
        }
        let file = row["file"].as_str().unwrap().trim_end_matches(".txt").to_string();
        let text = std::fs::read_to_string(format!("{}/{}.json", args[2], file)).unwrap();
        let task = Task::parse(&text).unwrap();
        let goal = task.expr(&row["goal_expr"]).unwrap();
        let space = Space::new(task);
        let n = |k: &str| row["limits"][k].as_u64().map(|n| n as u16);
        let (reasons, control) = (Reasons::new(), std::sync::Arc::new(Control::default()));
        let threads = std::env::var("THREADS").ok().and_then(|t| t.parse().ok()).unwrap_or(2);
        let request = Request {
            goal,
            max_acts: n("author_limit"),
            limits: Limits { acts: n("character_limit").unwrap(), beliefs: n("epistemic_limit") },
            physical: false,
            first: std::env::var_os("FIRST").is_some(),
            count: 1,
            deadline: Some(
                std::time::Instant::now()
                    + std::time::Duration::from_secs(std::env::var("SECONDS_LIMIT").ok().and_then(|t| t.parse().ok()).unwrap_or(60)),
            ),
            memory: Some(16 << 30),
            threads,
        };
        let start = std::time::Instant::now();
        let found = search(&space, &reasons, &control, &request);
        let s = start.elapsed().as_secs_f64();
        match found {
            Ok(f) => println!(
                "{name}: {:?} len {:?} {:.3}s states {} expanded {} nodes {} vals {} {:.0} MB cut {:?} {}",
                f.plans.len(),
                f.plans.first().map(|p| p.len()),
                s,
                f.states,
                f.expanded,
                space.nodes.len(),
                space.vals.rows.len(),
                f.bytes as f64 / 1e6,
                f.cut,
                f.covered
            ),
            Err(e) => println!("{name}: {e:?}"),
        }
    }
}
