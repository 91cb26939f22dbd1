//! Room for so much at a time: what finds none is told at once, and waits for nothing.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::{Kind, Problem};

/// A place in a room, given back when it is dropped.
pub(super) type Place = OwnedSemaphorePermit;

/// Room for so many at a time.
pub(super) struct Room {
    most: usize,
    free: Arc<Semaphore>,
}

impl Room {
    pub(super) fn new(most: usize) -> Room {
        Room { most, free: Arc::new(Semaphore::new(most)) }
    }

    /// A place, if one is free.
    ///
    /// # Errors
    /// `overloaded`.
    pub(super) fn enter(&self) -> Result<Place, Problem> {
        self.free.clone().try_acquire_owned().map_err(|_| Problem::new(Kind::Overloaded))
    }

    /// How many places are taken.
    pub(super) fn taken(&self) -> usize {
        self.most.saturating_sub(self.free.available_permits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_room_lets_nobody_in_until_somebody_leaves() {
        let room = Room::new(2);
        let (one, other) = (room.enter().unwrap(), room.enter().unwrap());
        assert_eq!((room.enter().unwrap_err().kind, room.taken()), (Kind::Overloaded, 2));
        drop(one);
        assert_eq!(room.taken(), 1);
        drop((room.enter().unwrap(), other));
        assert_eq!(room.taken(), 0);
    }
}
