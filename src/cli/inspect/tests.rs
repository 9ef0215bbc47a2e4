//! The pure parts of what is shown, on small catalogs and ledgers made by hand.
