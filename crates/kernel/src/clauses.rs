//! Which of many conjunctions hold: of preconditions, most of whose atoms compare a fluent with a constant.
//!
//! A [`Table`] has a bit for each clause and a row of bits for each fluent that they test and each code that they name (one more for all other
//! codes): the clauses that hold as far as that fluent is concerned. Those that hold are the conjunction of one row for each
//! fluent. A few hundred clauses take a few words a row; more are first parted by a tree of the fluents that most of them require (Helmert, "The Fast Downward Planning
//! System", JAIR 26, 2006, section 5.3.1).

use crate::task::{Code, Expr};

/// (variable, code, equal): a comparison of a fluent with a constant. What variables are is the user's affair.
pub type Test = (u32, Code, bool);

/// The codes of one variable that clauses name.
enum Codes {
    /// For each code up to the largest its row.
    Few(Box<[u16]>),
    /// In order; the rows are those from the second on.
    Many(Box<[Code]>),
}

struct Tested {
    variable: u32,
    codes: Codes,
    /// The row of all codes that no clause names; those of the others follow.
    first: u32,
}

impl Tested {
    #[inline]
    fn row(&self, code: Code) -> usize {
        let row = match &self.codes {
            Codes::Few(rows) => rows.get(code as usize).map_or(0, |&row| row as usize),
            Codes::Many(codes) => codes.binary_search(&code).map_or(0, |at| at + 1),
        };
        self.first as usize + row
    }
}

const LARGEST_FEW: Code = 1024;

/// Conjunctions of comparisons with constants.
pub struct Table {
    words: usize,
    clauses: usize,
    tested: Vec<Tested>,
    rows: Vec<u64>,
}

impl Table {
    pub fn new(clauses: &[Vec<Test>]) -> Table {
        let words = clauses.len().div_ceil(64).max(1);
        let mut table = Table { words, clauses: clauses.len(), tested: vec![], rows: vec![] };
        let mut variables: Vec<u32> = clauses.iter().flatten().map(|test| test.0).collect();
        variables.sort_unstable();
        variables.dedup();
        for variable in variables {
            let mut codes: Vec<Code> = clauses.iter().flatten().filter(|test| test.0 == variable).map(|test| test.1).collect();
            codes.sort_unstable();
            codes.dedup();
            let first = table.rows.len() / words;
            // No code is named None: it stands for all others.
            for code in [None].into_iter().chain(codes.iter().copied().map(Some)) {
                let holds = |clause: &Vec<Test>| clause.iter().all(|test| test.0 != variable || (Some(test.1) == code) == test.2);
                let start = table.rows.len();
                table.rows.resize(start + words, 0);
                for i in (0..clauses.len()).filter(|&i| holds(&clauses[i])) {
                    table.rows[start + i / 64] |= 1 << (i % 64);
                }
            }
            let codes = match codes.last() {
                Some(&last) if last < LARGEST_FEW => {
                    Codes::Few((0..=last).map(|code| codes.binary_search(&code).map_or(0, |at| at as u16 + 1)).collect())
                }
                _ => Codes::Many(codes.into()),
            };
            table.tested.push(Tested { variable, codes, first: first as u32 });
        }
        table
    }

    pub fn words(&self) -> usize {
        self.words
    }

    /// Writes a bit for each clause that holds to `out`.
    #[inline]
    pub fn holding(&self, read: impl Fn(u32) -> Code, out: &mut [u64]) {
        for (i, word) in out.iter_mut().enumerate() {
            let left = self.clauses.saturating_sub(64 * i);
            *word = if left >= 64 { u64::MAX } else { (1 << left) - 1 };
        }
        for tested in &self.tested {
            let row = tested.row(read(tested.variable)) * self.words;
            out.iter_mut().zip(&self.rows[row..row + self.words]).for_each(|(word, bits)| *word &= bits);
        }
    }
}

/// The numbers of the bits that are set, in order.
#[inline]
pub fn ones(words: impl Iterator<Item = u64>) -> impl Iterator<Item = usize> {
    words.enumerate().flat_map(|(i, mut word)| {
        std::iter::from_fn(move || {
            let bit = word.trailing_zeros();
            word &= word.wrapping_sub(1);
            (bit < 64).then_some(64 * i + bit as usize)
        })
    })
}

/// A conjunction, and what it is of.
pub struct Clause<'a> {
    pub event: u32,
    pub tests: Vec<Test>,
    /// What is no comparison with a constant.
    pub rest: Vec<&'a Expr>,
}

/// So many clauses make a table.
const TABLE_WORDS: usize = 8;

enum Node<'a> {
    Table(Table, Vec<Clause<'a>>),
    /// Clauses that require a code of a variable, by code, and the others.
    Split(u32, Vec<(Code, Node<'a>)>, Box<Node<'a>>),
}

/// Any number of conjunctions.
pub struct Finder<'a> {
    root: Node<'a>,
    empty: bool,
}

impl<'a> Finder<'a> {
    pub fn new(clauses: Vec<Clause<'a>>) -> Finder<'a> {
        Finder { empty: clauses.is_empty(), root: Self::node(clauses) }
    }

    fn node(clauses: Vec<Clause<'a>>) -> Node<'a> {
        let mut required: Vec<u32> = vec![];
        if clauses.len() > 64 * TABLE_WORDS {
            required.extend(clauses.iter().flat_map(|clause| clause.tests.iter().filter(|test| test.2).map(|test| test.0)));
            required.sort_unstable();
        }
        // The variable that most require; of several the first.
        let most = required.chunk_by(|a, b| a == b).map(|group| (group.len(), std::cmp::Reverse(group[0]))).max();
        let Some((_, std::cmp::Reverse(variable))) = most else {
            return Node::Table(Table::new(&clauses.iter().map(|clause| clause.tests.clone()).collect::<Vec<_>>()), clauses);
        };
        let mut by_code: Vec<(Code, Vec<Clause<'a>>)> = vec![];
        let mut others = vec![];
        for mut clause in clauses {
            let Some(at) = clause.tests.iter().position(|test| test.0 == variable && test.2) else {
                others.push(clause);
                continue;
            };
            let code = clause.tests.swap_remove(at).1;
            match by_code.iter_mut().find(|group| group.0 == code) {
                Some(group) => group.1.push(clause),
                None => by_code.push((code, vec![clause])),
            }
        }
        by_code.sort_by_key(|group| group.0);
        let children = by_code.into_iter().map(|(code, group)| (code, Self::node(group))).collect();
        Node::Split(variable, children, Box::new(Self::node(others)))
    }

    pub fn is_empty(&self) -> bool {
        self.empty
    }

    /// Calls `found` with each clause whose tests hold, and whose rest is still to be tested.
    pub fn find(&self, read: &impl Fn(u32) -> Code, found: &mut impl FnMut(&Clause<'a>)) {
        Self::walk(&self.root, read, found);
    }

    fn walk(node: &Node<'a>, read: &impl Fn(u32) -> Code, found: &mut impl FnMut(&Clause<'a>)) {
        match node {
            Node::Table(table, clauses) => {
                // Where no variable parts them, there may be more clauses.
                let (mut few, mut many) = ([0; TABLE_WORDS], vec![]);
                let bits = if table.words <= TABLE_WORDS {
                    &mut few[..table.words]
                } else {
                    many.resize(table.words, 0);
                    &mut many
                };
                table.holding(read, bits);
                ones(bits.iter().copied()).for_each(|i| found(&clauses[i]));
            }
            Node::Split(variable, children, others) => {
                let code = read(*variable);
                if let Ok(at) = children.binary_search_by_key(&code, |child| child.0) {
                    Self::walk(&children[at].1, read, found);
                }
                Self::walk(others, read, found);
            }
        }
    }
}
