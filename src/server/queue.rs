//! The queue of decisions. It takes as many as can be made in a given time: where decisions are cheap, to make them costs little more than to refuse them; where
//! they are not, who would wait for long is better told at once.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::problem::{Kind, Problem};

/// The time that decisions take usually follows each of them by this part.
const PART: u64 = 16;
/// One that took more than so many times the usual time, and more than this many nanoseconds, was interrupted: it counts for no more.
const MOST: (u64, u64) = (8, 1_000_000);

/// Decisions that wait for their turn.
pub(super) struct Queue {
    /// How long one may have to wait.
    longest: Duration,
    /// So many are made at a time.
    workers: usize,
    /// Those that wait, and those that are being made.
    waiting: AtomicUsize,
    /// What one takes usually, in nanoseconds. Two that change it at once may lose one change: it is an estimate.
    usual: AtomicU64,
}

impl Queue {
    pub(super) fn new(longest: Duration, workers: usize) -> Queue {
        Queue { longest, workers: workers.max(1), waiting: AtomicUsize::new(0), usual: AtomicU64::new(0) }
    }

    /// Waits for a turn. What else has arrived is read first: so it is known how many there are.
    ///
    /// # Errors
    /// `overloaded`: it would take too long.
    pub(super) async fn turn(&self) -> Result<Turn<'_>, Problem> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        // Leaves again when it is dropped.
        let mut turn = Turn { queue: self, began: None };
        if self.wait(before) > self.longest {
            return Err(Problem::new(Kind::Overloaded));
        }
        tokio::task::yield_now().await;
        turn.began = Some(Instant::now());
        Ok(turn)
    }

    /// How long who comes behind so many waits.
    fn wait(&self, before: usize) -> Duration {
        let rounds = before.saturating_add(1).saturating_sub(self.workers).div_ceil(self.workers);
        let rounds = u64::try_from(rounds).unwrap_or(u64::MAX);
        Duration::from_nanos(self.usual.load(Ordering::Relaxed).saturating_mul(rounds))
    }

    fn took(&self, time: Duration) {
        let time = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let usual = self.usual.load(Ordering::Relaxed);
        let (times, least) = MOST;
        let time = time.min(usual.saturating_mul(times).max(least));
        self.usual.store(usual - usual / PART + time / PART, Ordering::Relaxed);
    }
}

/// The turn of a decision: from its beginning until it is dropped.
pub(super) struct Turn<'q> {
    queue: &'q Queue,
    began: Option<Instant>,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.queue.waiting.fetch_sub(1, Ordering::Relaxed);
        if let Some(began) = self.began {
            self.queue.took(began.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_would_wait_for_too_long_is_told_at_once() {
        let queue = Queue::new(Duration::from_millis(20), 4);
        for _ in 0..500 {
            queue.took(Duration::from_millis(10));
        }
        let milliseconds = |before| queue.wait(before).as_millis();
        // A worker is free for the first four; then each round of four waits for one more.
        assert_eq!((milliseconds(0), milliseconds(3)), (0, 0));
        assert!((9..=10).contains(&milliseconds(4)) && (9..=10).contains(&milliseconds(7)), "{}", milliseconds(4));
        assert!((28..=30).contains(&milliseconds(12)), "{}", milliseconds(12));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut turns = Vec::new();
            while let Ok(turn) = queue.turn().await {
                turns.push(turn);
            }
            assert_eq!(turns.len(), 12);
            assert_eq!(queue.turn().await.err().unwrap().kind, Kind::Overloaded);
            turns.clear();
            assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
            assert!(queue.turn().await.is_ok());
        });
        // One that was interrupted changes little.
        let before = milliseconds(12);
        queue.took(Duration::from_secs(60));
        assert!((before..2 * before).contains(&milliseconds(12)), "{}", milliseconds(12));
        // Fast ones bring it down again.
        for _ in 0..500 {
            queue.took(Duration::ZERO);
        }
        assert_eq!(milliseconds(1_000), 0);
    }
}
