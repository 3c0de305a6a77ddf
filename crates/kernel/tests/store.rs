//! Equality of moments is equality of ids: no two nodes of the store are bisimilar, whatever machines were interned. And what threads remember
//! together is never mixed up.

use chekhov_kernel::belief::Stepper;
use chekhov_kernel::space::Space;
use chekhov_kernel::store::CommonCache;
use chekhov_kernel::task::Task;

/// A small deterministic generator (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}

fn space(characters: usize) -> Space {
    let beliefs: Vec<usize> = vec![0; characters];
    let utilities: Vec<_> = (0..characters).map(|_| serde_json::json!(["v", 0])).collect();
    let task = serde_json::json!({
        "version": 1, "characters": characters, "entities": characters,
        "fluents": [{"kind": "number", "values": [], "bounds": null}],
        "initial": {"nodes": [{"values": [0], "beliefs": beliefs}], "root": 0},
        "actions": [], "triggers": [], "utility": ["v", 0], "utilities": utilities, "belief_depth": null,
    });
    Space::new(Task::parse(&task.to_string()).unwrap())
}

/// The coarsest partition of a machine that its valuations and pointers respect.
fn refine(vals: &[u32], beliefs: &[Vec<usize>]) -> Vec<usize> {
    let mut class: Vec<usize> = vals.iter().map(|&v| v as usize).collect();
    loop {
        let mut signatures: Vec<(usize, Vec<usize>)> = vec![];
        let next: Vec<usize> = (0..vals.len())
            .map(|n| {
                let signature = (class[n], beliefs[n].iter().map(|&b| class[b]).collect());
                signatures.iter().position(|s| *s == signature).unwrap_or_else(|| {
                    signatures.push(signature);
                    signatures.len() - 1
                })
            })
            .collect();
        let before: std::collections::HashSet<usize> = class.iter().copied().collect();
        if signatures.len() == before.len() {
            return next;
        }
        class = next;
    }
}

#[test]
fn the_store_stays_minimal_under_random_machines() {
    let mut random = Random(0x1234_5678_9abc_def1);
    for round in 0..400 {
        let characters = 1 + random.below(3);
        let space = space(characters);
        let mut stepper = Stepper::new(&space);
        let vals: Vec<u32> = (0..3).map(|x| space.valuation(&[20_000 + x]).unwrap()).collect();
        // Several machines one after the other, each of which may also bisimulate what is there already.
        let mut all_vals: Vec<u32> = vec![];
        let mut all_beliefs: Vec<Vec<usize>> = vec![];
        let mut all_ids: Vec<u32> = vec![];
        for _ in 0..4 {
            let n = 1 + random.below(7);
            let start = all_vals.len();
            let machine_vals: Vec<u32> = (0..n).map(|_| vals[random.below(1 + round % 3)]).collect();
            let machine: Vec<Vec<usize>> = (0..n).map(|_| (0..characters).map(|_| random.below(n)).collect()).collect();
            let ids = stepper.intern_machine(&machine_vals, &machine);
            all_vals.extend(&machine_vals);
            all_beliefs.extend(machine.iter().map(|row| row.iter().map(|b| start + b).collect::<Vec<_>>()));
            all_ids.extend(&ids);
            for (i, &id) in ids.iter().enumerate() {
                assert_eq!(space.node_val(id), machine_vals[i]);
                for c in 0..characters {
                    assert_eq!(space.node_belief(id, c), ids[machine[i][c]], "round {round}: an interned node simulates its input");
                }
            }
        }
        let class = refine(&all_vals, &all_beliefs);
        for i in 0..class.len() {
            for j in 0..i {
                assert_eq!(class[i] == class[j], all_ids[i] == all_ids[j], "round {round}: bisimilar exactly if one id");
            }
        }
    }
}

#[test]
fn entries_of_a_cache_that_threads_share_are_whole() {
    let entry = |key: u64| [key, !key, key.wrapping_mul(0x9e37_79b9_7f4a_7c15)];
    let (small, growing) = (CommonCache::<1>::new(10), CommonCache::<2>::new(14));
    let found: usize = std::thread::scope(|scope| {
        let work = |seed: u64| {
            let (small, growing) = (&small, &growing);
            move || {
                let mut random = Random(seed);
                let mut found = 0;
                for _ in 0..200_000 {
                    let [a, b, c] = entry(random.below(5_000) as u64);
                    match small.get([a]) {
                        Some(known) => assert_eq!(known, [a, b, c]),
                        None => small.put([a, b, c]),
                    }
                    match growing.get([a, b]) {
                        Some(known) => {
                            found += 1;
                            assert_eq!(known, [a, b, c])
                        }
                        None => growing.put([a, b, c]),
                    }
                }
                found
            }
        };
        let threads: Vec<_> = (1..4).map(|seed| scope.spawn(work(seed))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    // All write and read the same slot.
    std::thread::scope(|scope| {
        for seed in 1..4 {
            let small = &small;
            scope.spawn(move || {
                let mut random = Random(seed);
                for _ in 0..1_000_000 {
                    let content = random.below(1 << 40) as u64;
                    small.put([0, content, !content]);
                    if let Some([_, one, other]) = small.get([0]) {
                        assert_eq!(one, !other);
                    }
                }
            });
        }
    });
    // It was made large enough for most of them.
    assert!(found > 500_000, "{found}");
    let before = growing.bytes();
    // SAFETY: nobody else is there.
    unsafe { growing.release() };
    assert!(growing.bytes() < before);
    let kept = (0..5_000).map(entry).filter(|&[a, b, c]| growing.get([a, b]) == Some([a, b, c])).count();
    assert!(kept > 3_500, "{kept}");
}
