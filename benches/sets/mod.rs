//! Sets of generated rules and the contexts that they are asked about, and the loop that a programmer would have written over them.
//!
//! There are 50 attributes: 30 categories with 8 to 2,000 values, 15 numbers and 5 paths, and a tenant. Values follow Zipf's law, in rules as in contexts.

pub(crate) mod by_hand;
mod dice;

use std::fmt::Write;

use dice::{Dice, Zipf};

pub(crate) const CATEGORIES: usize = 30;
pub(crate) const NUMBERS: usize = 15;
pub(crate) const PATHS: usize = 5;
/// Numbers lie below.
const RANGE: u32 = 1_000;
/// Names at each level of a path.
const NAMES: usize = 40;

/// What rules are like.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Shape {
    /// So many tests, all of which have to hold; the share of constants that are drawn without regard to how frequent they are; whether the first test is of
    /// a category with many values.
    All { fewest: usize, most: usize, rare: f64, key: bool },
    /// `AND`, `OR` and `NOT` up to four deep, with parts that other rules have, too.
    Trees,
    /// One test is of the tenant, of whom there is one for each hundred rules.
    Tenants,
}

/// A family of sets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) shape: Shape,
}

pub(crate) const FAMILIES: [Family; 5] = [
    Family { name: "one", about: "2 to 5 tests, about 1 % matching", shape: Shape::All { fewest: 2, most: 5, rare: 0.4, key: false } },
    Family { name: "few", about: "2 to 5 tests, about 0.1 % matching", shape: Shape::All { fewest: 2, most: 5, rare: 0.4, key: true } },
    Family { name: "four", about: "4 to 6 tests", shape: Shape::All { fewest: 4, most: 6, rare: 0.2, key: false } },
    Family { name: "trees", about: "trees with shared parts", shape: Shape::Trees },
    Family { name: "tenants", about: "one test of a tenant, rarer as the set grows", shape: Shape::Tenants },
];

/// A test of one attribute.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Test {
    Is(usize, u32),
    In(usize, Vec<u32>),
    Above(usize, u32),
    Below(usize, u32),
    Starts(usize, String),
    Tenant(u32),
}

/// A rule.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Tree {
    Test(Test),
    Not(Box<Tree>),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// A context.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) tenant: u32,
    pub(crate) categories: [u32; CATEGORIES],
    pub(crate) numbers: [u32; NUMBERS],
    pub(crate) paths: [String; PATHS],
}

/// What rules and contexts are drawn from.
pub(crate) struct Source {
    dice: Dice,
    categories: Vec<Zipf>,
    names: Zipf,
    attributes: Zipf,
    tenants: u32,
    shared: Vec<Tree>,
    shape: Shape,
}

/// How many values a category has: from 8 to 2,000.
fn values(category: usize) -> usize {
    let step = category as f64 / (CATEGORIES - 1) as f64;
    (8.0 * 250f64.powf(step)).round() as usize
}

impl Source {
    pub(crate) fn new(shape: Shape, rules: usize) -> Source {
        let mut source = Source {
            dice: Dice::new(20_260_105),
            categories: (0..CATEGORIES).map(|category| Zipf::new(values(category))).collect(),
            names: Zipf::new(NAMES),
            attributes: Zipf::new(CATEGORIES),
            tenants: (rules / 100).max(1) as u32,
            shared: Vec::new(),
            shape,
        };
        if shape == Shape::Trees {
            source.shared = (0..(rules / 20).clamp(20, 2_000)).map(|_| source.tree(2)).collect();
        }
        source
    }

    pub(crate) fn rule(&mut self) -> Tree {
        match self.shape {
            Shape::All { fewest, most, rare, key } => {
                let count = fewest + self.dice.below(most - fewest + 1);
                let mut tests = Vec::new();
                if key {
                    let category = CATEGORIES / 6 + self.dice.below(CATEGORIES / 2);
                    tests.push(Test::Is(category, self.value(category, 1.0)));
                }
                Tree::All(self.tests(tests, count, rare))
            }
            Shape::Tenants => {
                let count = 1 + self.dice.below(3);
                let tenant = self.dice.below(self.tenants as usize) as u32;
                Tree::All(self.tests(vec![Test::Tenant(tenant)], count + 1, 0.3))
            }
            Shape::Trees => {
                let mut parts = vec![self.tree(3)];
                let (test, shared) = (self.test(0.5), self.dice.below(self.shared.len()));
                parts.push(Tree::Test(test));
                parts.extend(self.shared.get(shared).cloned());
                Tree::All(parts)
            }
        }
    }

    /// These tests and more, all of different attributes.
    fn tests(&mut self, mut tests: Vec<Test>, count: usize, rare: f64) -> Vec<Tree> {
        while tests.len() < count {
            let test = self.test(rare);
            if tests.iter().all(|known| attribute(known) != attribute(&test)) {
                tests.push(test);
            }
        }
        tests.into_iter().map(Tree::Test).collect()
    }

    fn tree(&mut self, depth: usize) -> Tree {
        if depth == 0 {
            return Tree::Test(self.test(0.3));
        }
        let count = 2 + self.dice.below(2);
        match self.dice.below(8) {
            0..=2 => Tree::All((0..count).map(|_| self.tree(depth - 1)).collect()),
            3..=6 => Tree::Any((0..count).map(|_| self.tree(depth - 1)).collect()),
            _ => Tree::Not(Box::new(self.tree(depth - 1))),
        }
    }

    fn test(&mut self, rare: f64) -> Test {
        match self.dice.below(100) {
            0..=49 => {
                let category = self.attributes.draw(&mut self.dice);
                Test::Is(category, self.value(category, rare))
            }
            50..=64 => {
                let category = self.attributes.draw(&mut self.dice);
                let count = 2 + self.dice.below(3);
                let mut list: Vec<u32> = (0..count).map(|_| self.value(category, rare)).collect();
                list.sort_unstable();
                list.dedup();
                Test::In(category, list)
            }
            65..=76 => Test::Above(self.dice.below(NUMBERS), self.dice.below(RANGE as usize) as u32),
            77..=89 => Test::Below(self.dice.below(NUMBERS), self.dice.below(RANGE as usize) as u32),
            _ => {
                let mut path = format!("/{}/", self.names.draw(&mut self.dice));
                if self.dice.below(2) == 0 {
                    let _ = write!(path, "{}/", self.names.draw(&mut self.dice));
                }
                Test::Starts(self.dice.below(PATHS), path)
            }
        }
    }

    fn value(&mut self, category: usize, rare: f64) -> u32 {
        let Some(zipf) = self.categories.get(category) else { return 0 };
        (if self.dice.share() < rare { self.dice.below(zipf.len()) } else { zipf.draw(&mut self.dice) }) as u32
    }

    pub(crate) fn event(&mut self) -> Event {
        Event {
            tenant: self.dice.below(self.tenants as usize) as u32,
            categories: std::array::from_fn(|category| self.value(category, 0.0)),
            numbers: std::array::from_fn(|_| self.dice.below(RANGE as usize) as u32),
            paths: std::array::from_fn(|_| {
                let [one, other, third] = [(); 3].map(|()| self.names.draw(&mut self.dice));
                format!("/{one}/{other}/{third}/page")
            }),
        }
    }
}

fn attribute(test: &Test) -> (u8, usize) {
    match test {
        Test::Is(category, _) | Test::In(category, _) => (0, *category),
        Test::Above(number, _) | Test::Below(number, _) => (1, *number),
        Test::Starts(path, _) => (2, *path),
        Test::Tenant(_) => (3, 0),
    }
}

impl Tree {
    /// The rule in our language.
    pub(crate) fn source(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, true);
        text
    }

    fn write(&self, text: &mut String, is_whole: bool) {
        match self {
            Tree::Test(test) => test.write(text),
            Tree::Not(inner) => {
                text.push_str("NOT (");
                inner.write(text, true);
                text.push(')');
            }
            Tree::All(parts) | Tree::Any(parts) => {
                let operator = if matches!(self, Tree::All(_)) { " AND " } else { " OR " };
                if !is_whole {
                    text.push('(');
                }
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        text.push_str(operator);
                    }
                    part.write(text, false);
                }
                if !is_whole {
                    text.push(')');
                }
            }
        }
    }
}

impl Test {
    fn write(&self, text: &mut String) {
        let _ = match self {
            Test::Is(category, value) => write!(text, "c{category} == \"v{value}\""),
            Test::In(category, values) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"v{value}\"")).collect();
                write!(text, "c{category} IN [{}]", values.join(", "))
            }
            Test::Above(number, bound) => write!(text, "n{number} > {bound}"),
            Test::Below(number, bound) => write!(text, "n{number} < {bound}"),
            Test::Starts(path, start) => write!(text, "p{path}.$STARTS_WITH(\"{start}\")"),
            Test::Tenant(tenant) => write!(text, "tenant == \"t{tenant}\""),
        };
    }
}

impl Event {
    pub(crate) fn json(&self) -> String {
        let mut text = format!("{{\"tenant\": \"t{}\"", self.tenant);
        for (at, value) in self.categories.iter().enumerate() {
            let _ = write!(text, ", \"c{at}\": \"v{value}\"");
        }
        for (at, value) in self.numbers.iter().enumerate() {
            let _ = write!(text, ", \"n{at}\": {value}");
        }
        for (at, value) in self.paths.iter().enumerate() {
            let _ = write!(text, ", \"p{at}\": \"{value}\"");
        }
        text.push('}');
        text
    }
}

/// The schema of all contexts.
pub(crate) fn schema() -> String {
    let mut text = String::from("{\"tenant\": \"text\"");
    for (count, name, kind) in [(CATEGORIES, "c", "text"), (NUMBERS, "n", "number"), (PATHS, "p", "text")] {
        for at in 0..count {
            let _ = write!(text, ", \"{name}{at}\": \"{kind}\"");
        }
    }
    format!("{{\"extends\": \"none\", \"attributes\": {text}}}}}")
}
