//! The accounts that the organisation serves: a few large ones bring half of the tickets. And `customers.csv`.

use super::sheet::Sheet;
use std::io::{self, Write};

/// An account.
pub(super) struct Customer {
    pub(super) name: &'static str,
    segment: &'static str,
    /// Callers of the account, percent of all.
    share: u64,
    manager: &'static str,
}

const fn customer(name: &'static str, segment: &'static str, share: u64, manager: &'static str) -> Customer {
    Customer { name, segment, share, manager }
}

/// The large account whose people became unhappy.
pub(super) const UNHAPPY: usize = 1;
/// Over how many last weeks they have been.
pub(super) const UNHAPPY_WEEKS: i64 = 8;

/// All accounts; shares add up to 100.
pub(super) const CUSTOMERS: [Customer; 12] = [
    customer("Northgate Stores", "retail", 22, "Account manager 1"),
    customer("Halden Foods", "retail", 15, "Account manager 2"),
    customer("Brightwater Energy", "utilities", 11, "Account manager 1"),
    customer("Kestrel Freight", "logistics", 9, "Account manager 3"),
    customer("Oakline Furniture", "retail", 8, "Account manager 3"),
    customer("Meridian Clinics", "health", 7, "Account manager 4"),
    customer("Silverbrook Hotels", "leisure", 7, "Account manager 4"),
    customer("Pinefield Schools", "public", 6, "Account manager 4"),
    customer("Harrow Cycles", "retail", 5, "Account manager 3"),
    customer("Lumen Books", "retail", 4, "Account manager 3"),
    customer("Castell Wines", "leisure", 3, "Account manager 4"),
    customer("Fernway Pets", "retail", 3, "Account manager 3"),
];

impl Customer {
    /// True for the key accounts.
    pub(super) fn large(&self) -> bool {
        self.share > 10
    }

    /// Its people who may call: 900 callers are shared out among all accounts.
    fn users(&self) -> u64 {
        9 * self.share
    }
}

/// The account of a caller: always the same for the same person.
pub(super) fn of_caller(caller: u64) -> usize {
    // Steps of 61 visit all of 0 to 99 evenly, so that neighbours in number work for different accounts.
    let mut left = caller * 61 % 100;
    for (position, customer) in CUSTOMERS.iter().enumerate() {
        if left < customer.share {
            return position;
        }
        left -= customer.share;
    }
    0
}

/// Writes `customers.csv`: the canonical columns of the table.
pub(super) fn write<W: Write>(sheet: &mut Sheet<W>) -> io::Result<()> {
    sheet.header("customer,name,segment,large,manager,units")?;
    for c in &CUSTOMERS {
        let large = if c.large() { "true" } else { "false" };
        sheet.row(&[c.name, c.name, c.segment, large, c.manager, &c.users().to_string()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_are_shared_out_as_declared() {
        assert_eq!(CUSTOMERS.iter().map(|c| c.share).sum::<u64>(), 100);
        assert!(CUSTOMERS[UNHAPPY].large());
        for (position, customer) in CUSTOMERS.iter().enumerate() {
            let callers = (1..=900).filter(|&caller| of_caller(caller) == position).count() as u64;
            assert_eq!(callers, customer.users(), "{}", customer.name);
        }
    }
}
