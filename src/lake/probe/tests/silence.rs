//! Panics that are findings, and panics that are not.

use std::thread;

use super::super::guard::{catch, silenced};

fn silenced_in(name: &str) -> bool {
    thread::Builder::new().name(name.to_owned()).spawn(silenced).unwrap().join().unwrap()
}

#[test]
fn a_caught_panic_becomes_its_text() {
    assert_eq!(catch(|| 7), Ok(7));
    assert_eq!(catch(|| -> i32 { panic!("plain") }), Err("plain".to_owned()));
    let number = 3;
    assert_eq!(catch(|| -> i32 { panic!("number {number}") }), Err("number 3".to_owned()));
    assert!(catch(|| std::panic::panic_any(7)).unwrap_err().contains("without a message"));
}

#[test]
fn only_the_guarded_thread_and_the_pool_of_polars_are_silent() {
    let (here, pool, elsewhere) =
        catch(|| (silenced(), silenced_in("polars-0"), silenced_in("heartbeat"))).unwrap();
    assert!(here && pool && !elsewhere);
}

#[test]
fn a_thread_is_loud_again_after_its_panic_was_caught() {
    let nested = catch(|| {
        catch(|| panic!("inner")).unwrap_err();
        silenced()
    });
    assert_eq!(nested, Ok(true));
    assert!(!silenced());
}
