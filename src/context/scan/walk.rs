//! From bracket to bracket, and inside the objects of which members are read, from key to key.

use super::Scan;
use super::grammar::{Grammar, Tokens, below};
use crate::context::Cell;
use crate::context::plan::{Node, Plan, Want};
use crate::simd::{BLOCK, Kernel, Level};

/// An object that is open and of which members are read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    node: usize,
    /// How many values were still to be taken when it was entered.
    left: usize,
}

/// The scan of a text; where it is not `CHECKED`, the caller vouches for it.
pub(super) struct Walk<'w, 's, const CHECKED: bool>(pub(super) &'w mut Scan<'s>);

/// More brackets inside one another are left to the reader.
const DEEPEST: usize = 64;

struct State<'p> {
    plan: &'p Plan,
    depth: usize,
    /// A bit for each open bracket, the innermost lowest: whether it is a curly one.
    curly: u64,
    /// The object that is open, if members of it are read.
    node: Option<&'p Node>,
    /// How deep the innermost object stands of which members are read.
    node_depth: usize,
    /// Where such an object opens, and which.
    next: Option<(usize, usize)>,
    /// How many values are still to be taken.
    left: usize,
    /// The document has been closed.
    is_over: bool,
}

impl<const CHECKED: bool> Kernel for Walk<'_, '_, CHECKED> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<L: Level>(self, level: L) -> Option<()> {
        let scan = self.0;
        let json = scan.json;
        let known = scan.known;
        let start = scan.past_blanks(0);
        let (blocks, rest) = json.as_chunks::<BLOCK>();
        let mut padded = [b' '; BLOCK];
        let mut grammar = Grammar::default();
        let mut state =
            State { plan: &known.plan, depth: 0, curly: 0, node: None, node_depth: 0, next: Some((start, 0)), left: known.plan.root()?.leaves, is_over: false };
        for at in 0..=blocks.len() {
            let block = match blocks.get(at) {
                Some(block) => block,
                None if rest.is_empty() => break,
                None => {
                    padded.get_mut(..rest.len())?.copy_from_slice(rest);
                    &padded
                }
            };
            let base = at * BLOCK;
            let masks = level.masks(block);
            let tokens = grammar.tokens::<L, CHECKED>(level, &masks, json, base)?;
            if CHECKED && state.is_over && masks.blank != u64::MAX {
                return None;
            }
            let in_object = state.block::<CHECKED>(scan, &tokens, masks.backslash != 0, base)?;
            if CHECKED && !grammar.has_keys(&tokens, in_object) {
                return None;
            }
            if CHECKED && state.is_over && !masks.blank & !state.upto_end(base) != 0 {
                return None;
            }
            if !CHECKED && (state.is_over || state.left == 0) {
                return Some(());
            }
        }
        (state.is_over && grammar.is_over(json)).then_some(())
    }
}

impl<'p> State<'p> {
    /// Goes through a block; gives which of its bytes stand in an object, rather than in an array.
    #[inline(always)]
    fn block<const CHECKED: bool>(&mut self, scan: &mut Scan<'_>, tokens: &Tokens, has_escapes: bool, base: usize) -> Option<u64> {
        let mut brackets = tokens.opens | tokens.closes;
        let mut ahead = u64::MAX;
        let mut in_object = if self.curly & 1 == 1 { u64::MAX } else { 0 };
        loop {
            let bracket = brackets & brackets.wrapping_neg();
            if let Some(node) = self.node {
                let mut members = tokens.members & ahead & bracket.wrapping_sub(1);
                while members != 0 {
                    let bit = members.trailing_zeros();
                    // The closing quote may stand in the next block.
                    let is_plain = !has_escapes && tokens.quote >> bit > 1;
                    self.member::<CHECKED>(scan, node, base + bit as usize + 1, is_plain)?;
                    members &= members - 1;
                }
            }
            if bracket == 0 {
                return Some(in_object);
            }
            brackets ^= bracket;
            ahead = !(bracket | (bracket - 1));
            let was = self.curly & 1;
            let at = base + bracket.trailing_zeros() as usize;
            // `{` and `}` have this bit, `[` and `]` have not.
            let is_curly = scan.byte(at)? & 0x20 != 0;
            if tokens.opens & bracket != 0 {
                self.open(scan, is_curly, at)?;
            } else {
                self.close::<CHECKED>(scan, is_curly, at)?;
                if !CHECKED && (self.is_over || self.left == 0) {
                    return Some(0);
                }
            }
            if CHECKED && self.curly & 1 != was {
                in_object ^= ahead;
            }
        }
    }

    #[inline(always)]
    fn open(&mut self, scan: &mut Scan<'_>, is_curly: bool, at: usize) -> Option<()> {
        if self.depth >= scan.max_depth.min(DEEPEST) {
            return None;
        }
        self.depth += 1;
        self.curly = self.curly << 1 | u64::from(is_curly);
        self.node = match self.next {
            Some((place, node)) if place == at && is_curly => {
                scan.scratch.frames.push(Frame { node, left: self.left });
                self.node_depth = self.depth;
                self.next = None;
                self.plan.node_at(node)
            }
            Some(_) | None => None,
        };
        // Only an object is a document.
        if self.node_depth == 0 { None } else { Some(()) }
    }

    #[inline(always)]
    fn close<const CHECKED: bool>(&mut self, scan: &mut Scan<'_>, is_curly: bool, at: usize) -> Option<()> {
        if self.depth == 0 || CHECKED && (self.curly & 1 == 1) != is_curly {
            return None;
        }
        if self.depth == self.node_depth {
            self.leave(scan, at)?;
        }
        self.depth -= 1;
        self.curly >>= 1;
        if self.depth == self.node_depth {
            self.node = scan.scratch.frames.last().and_then(|frame| self.plan.node_at(frame.node));
        }
        Some(())
    }

    /// Leaves an object of which members are read.
    #[inline(always)]
    fn leave(&mut self, scan: &mut Scan<'_>, at: usize) -> Option<()> {
        let frame = scan.scratch.frames.pop()?;
        let node = self.plan.node_at(frame.node)?;
        if !node.must.iter().all(|key| scan.has_seen(*key)) {
            return None;
        }
        self.left = frame.left.saturating_sub(node.leaves);
        self.node = None;
        self.node_depth -= 1;
        if self.node_depth == 0 {
            self.is_over = true;
            // From now on: where the document ends.
            self.next = Some((at, 0));
        }
        Some(())
    }

    /// The bits of the block at `base` up to the end of the document.
    fn upto_end(&self, base: usize) -> u64 {
        self.next.map_or(0, |(end, _)| below((end + 1).saturating_sub(base)))
    }

    /// Looks at a member of an object of which members are read; its name starts at `at`.
    #[inline(always)]
    fn member<const CHECKED: bool>(&mut self, scan: &mut Scan<'_>, node: &'p Node, at: usize, is_plain: bool) -> Option<()> {
        let found = match scan.json.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            Some(word) if is_plain && node.has_few() => node.find_few(self.plan, u64::from_le_bytes(*word), scan.json, at),
            Some(_) | None => scan.find(node, at)?,
        };
        match found {
            Some(key) => self.found(scan, key, at),
            None => Some(()),
        }
    }

    /// Takes the value of a key that is looked for, whose name starts at `at`.
    #[inline(never)]
    fn found(&mut self, scan: &mut Scan<'_>, place: usize, at: usize) -> Option<()> {
        let key = self.plan.key(place)?;
        scan.see(place)?;
        let colon = scan.past_blanks(at + key.len());
        if scan.byte(colon) != Some(b':') {
            return None;
        }
        let value = scan.past_blanks(colon + 1);
        let first = scan.byte(value)?;
        if first == b'n' && !matches!(key.want, Want::Build) {
            self.left = self.left.saturating_sub(key.leaves);
            return key.may_be_nothing.then_some(());
        }
        match &key.want {
            Want::Members { node, .. } if first == b'{' => {
                self.next = Some((value, *node));
                return Some(());
            }
            Want::Members { marks, .. } => {
                let depth = key.branch.len();
                for slot in self.plan.marked(marks.clone()?) {
                    *scan.cells.get_mut(slot.index())? = Cell::no_members(depth);
                }
            }
            Want::Take(slot, take) => {
                if !scan.take(*slot, take, value)? {
                    scan.scratch.builds.push((place, value));
                }
            }
            Want::Build => scan.scratch.builds.push((place, value)),
        }
        self.left = self.left.saturating_sub(key.leaves);
        Some(())
    }
}

impl Scan<'_> {
    /// The key whose name starts at a place and is not known to be plain; gives up where it has escapes.
    #[inline(never)]
    fn find(&self, node: &Node, at: usize) -> Option<Option<usize>> {
        let rest = self.json.get(at..)?;
        let len = crate::value::json::plain_len(rest);
        (rest.get(len) == Some(&b'"')).then(|| node.find(self.plan(), rest.get(..len).unwrap_or(&[])))
    }

    /// Keeps in mind that a key has been met; gives up where it has been before.
    fn see(&mut self, key: usize) -> Option<()> {
        let word = self.scratch.seen.get_mut(key / 64)?;
        let bit = 1 << (key % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new.then_some(())
    }

    fn has_seen(&self, key: usize) -> bool {
        self.scratch.seen.get(key / 64).is_some_and(|word| word >> (key % 64) & 1 == 1)
    }
}
