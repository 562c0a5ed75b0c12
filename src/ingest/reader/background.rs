//! Reading on a thread of its own, a few pieces ahead, for libraries that lend out their state while they read. One that panics on a
//! damaged file costs that file only.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Pieces that are read ahead.
const AHEAD: usize = 2;

/// Where pieces are handed on; false when nobody wants them any more.
pub type Hand<'a, T> = &'a mut dyn FnMut(T) -> bool;

/// Pieces of a file that is read on another thread.
pub struct Background<T> {
    receiver: Receiver<T>,
    worker: Option<JoinHandle<io::Result<()>>>,
    format: &'static str,
}

impl<T: Send + 'static> Background<T> {
    /// Starts `work`, which hands on pieces until it is done or is told to stop. `format` names what is read.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        format: &'static str,
        work: impl FnOnce(Hand<'_, T>) -> io::Result<()> + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, receiver): (SyncSender<T>, _) = sync_channel(AHEAD);
        let worker =
            Builder::new().name(format.to_string()).spawn(move || work(&mut |piece| sender.send(piece).is_ok()))?;
        Ok(Self { receiver, worker: Some(worker), format })
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read any further.
    pub fn next(&mut self) -> io::Result<Option<T>> {
        if let Ok(piece) = self.receiver.recv() {
            return Ok(Some(piece));
        }
        let Some(worker) = self.worker.take() else { return Ok(None) };
        match worker.join() {
            Ok(result) => result.map(|()| None),
            Err(_) => {
                let message = format!("expected a {}, but the file is damaged", self.format);
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_in_order_and_then_the_error() {
        let mut pieces = Background::start("test", |hand| {
            (0..10).for_each(|piece| assert!(hand(piece)));
            Err(io::Error::other("no more"))
        })
        .unwrap();
        let mut found = Vec::new();
        let error = loop {
            match pieces.next() {
                Ok(piece) => found.extend(piece),
                Err(error) => break error,
            }
        };
        assert_eq!((found, error.to_string()), ((0..10).collect::<Vec<i32>>(), "no more".to_string()));
        assert!(matches!(pieces.next(), Ok(None)));
    }

    #[test]
    fn a_panic_is_an_error_and_a_reader_that_leaves_stops_the_work() {
        let mut pieces = Background::<i32>::start("test", |_| panic!("on purpose")).unwrap();
        assert_eq!(pieces.next().unwrap_err().to_string(), "expected a test, but the file is damaged");
        let (sender, receiver) = std::sync::mpsc::channel();
        let mut endless = Background::start("test", move |hand| {
            while hand(1) {}
            sender.send(()).map_err(io::Error::other)
        })
        .unwrap();
        assert_eq!(endless.next().unwrap(), Some(1));
        drop(endless);
        receiver.recv().unwrap();
    }
}
