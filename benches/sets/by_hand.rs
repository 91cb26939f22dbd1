//! The loop: every rule after the other, as tests in one row of memory, left at the first one that is false.

use super::{Event, Test, Tree};

/// A test, 16 bytes.
#[derive(Clone, Copy)]
enum Flat {
    Is(u16, u32),
    /// Any of these of the pool.
    In(u16, u32, u32),
    Above(u16, u32),
    Below(u16, u32),
    /// A text of the pool of texts.
    Starts(u16, u32),
    Tenant(u32),
    /// So many of what follows belong to it, and all, or one, has to hold.
    All(u32),
    Any(u32),
    Not,
}

/// All rules of a set.
pub(crate) struct ByHand {
    tests: Vec<Flat>,
    /// Where each rule ends.
    ends: Vec<u32>,
    values: Vec<u32>,
    starts: Vec<String>,
    /// Whether rules are tests that all have to hold.
    flat: bool,
}

impl ByHand {
    pub(crate) fn new(rules: &[Tree]) -> ByHand {
        let mut by_hand = ByHand { tests: Vec::new(), ends: Vec::new(), values: Vec::new(), starts: Vec::new(), flat: true };
        for rule in rules {
            match rule {
                Tree::All(parts) if parts.iter().all(|part| matches!(part, Tree::Test(_))) => parts.iter().for_each(|part| by_hand.add(part)),
                Tree::Test(_) | Tree::Not(_) | Tree::All(_) | Tree::Any(_) => {
                    by_hand.flat = false;
                    by_hand.add(rule);
                }
            }
            by_hand.ends.push(by_hand.tests.len() as u32);
        }
        by_hand
    }

    fn add(&mut self, tree: &Tree) {
        match tree {
            Tree::Test(test) => {
                let flat = match test {
                    Test::Is(category, value) => Flat::Is(*category as u16, *value),
                    Test::In(category, values) => {
                        let start = self.values.len() as u32;
                        self.values.extend(values);
                        Flat::In(*category as u16, start, self.values.len() as u32)
                    }
                    Test::Above(number, bound) => Flat::Above(*number as u16, *bound),
                    Test::Below(number, bound) => Flat::Below(*number as u16, *bound),
                    Test::Starts(path, start) => {
                        self.starts.push(start.clone());
                        Flat::Starts(*path as u16, self.starts.len() as u32 - 1)
                    }
                    Test::Tenant(tenant) => Flat::Tenant(*tenant),
                };
                self.tests.push(flat);
            }
            Tree::Not(inner) => {
                self.tests.push(Flat::Not);
                self.add(inner);
            }
            Tree::All(parts) | Tree::Any(parts) => {
                let at = self.tests.len();
                self.tests.push(Flat::Not);
                parts.iter().for_each(|part| self.add(part));
                let count = (self.tests.len() - at - 1) as u32;
                self.tests[at] = if matches!(tree, Tree::All(_)) { Flat::All(count) } else { Flat::Any(count) };
            }
        }
    }

    /// The rules that match.
    pub(crate) fn matches(&self, event: &Event, found: &mut Vec<u32>) {
        found.clear();
        let mut start = 0;
        for (rule, end) in self.ends.iter().enumerate() {
            let end = *end as usize;
            let holds = if self.flat { self.tests[start..end].iter().all(|test| self.holds(*test, event)) } else { self.tree(start, event) };
            if holds {
                found.push(rule as u32);
            }
            start = end;
        }
    }

    #[inline(always)]
    fn holds(&self, test: Flat, event: &Event) -> bool {
        match test {
            Flat::Is(category, value) => event.categories[category as usize] == value,
            Flat::In(category, start, end) => self.values[start as usize..end as usize].contains(&event.categories[category as usize]),
            Flat::Above(number, bound) => event.numbers[number as usize] > bound,
            Flat::Below(number, bound) => event.numbers[number as usize] < bound,
            Flat::Starts(path, start) => event.paths[path as usize].starts_with(self.starts[start as usize].as_str()),
            Flat::Tenant(tenant) => event.tenant == tenant,
            Flat::All(_) | Flat::Any(_) | Flat::Not => false,
        }
    }

    fn tree(&self, at: usize, event: &Event) -> bool {
        match self.tests[at] {
            Flat::All(count) => self.parts(at + 1, count, |at| !self.tree(at, event)).is_none(),
            Flat::Any(count) => self.parts(at + 1, count, |at| self.tree(at, event)).is_some(),
            Flat::Not => !self.tree(at + 1, event),
            test @ (Flat::Is(..) | Flat::In(..) | Flat::Above(..) | Flat::Below(..) | Flat::Starts(..) | Flat::Tenant(_)) => self.holds(test, event),
        }
    }

    /// The first part that fits.
    fn parts(&self, start: usize, count: u32, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let (mut at, end) = (start, start + count as usize);
        while at < end {
            if fits(at) {
                return Some(at);
            }
            at = self.behind(at);
        }
        None
    }

    fn behind(&self, at: usize) -> usize {
        match self.tests[at] {
            Flat::All(count) | Flat::Any(count) => at + 1 + count as usize,
            Flat::Not => self.behind(at + 1),
            Flat::Is(..) | Flat::In(..) | Flat::Above(..) | Flat::Below(..) | Flat::Starts(..) | Flat::Tenant(_) => at + 1,
        }
    }
}
