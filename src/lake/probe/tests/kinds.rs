//! Types there and back.

use polars::prelude::*;

use super::events;
use crate::lake::{data_type, describe, schema, type_of};
use crate::spec::{Contract, Type};

#[test]
fn a_declared_type_comes_back_from_its_polars_type() {
    let nested = Type::Struct(vec![("inner".to_owned(), Type::List(Box::new(Type::Instant)))]);
    for kind in [Type::Boolean, Type::UInt8, Type::Duration, Type::Decimal(4), nested] {
        assert_eq!(type_of(&data_type(&kind)), Some(kind));
    }
    for (name, dtype) in events().iter() {
        assert!(type_of(dtype).is_some(), "{name}");
    }
}

#[test]
fn a_type_no_contract_can_name_is_shown_in_the_words_of_polars() {
    let millis = DataType::Datetime(TimeUnit::Milliseconds, None);
    assert_eq!(type_of(&millis), None);
    assert_eq!(describe(&millis), "datetime[ms]");
    assert_eq!(describe(&DataType::List(Box::new(DataType::Int64))), "list<int64>");
    assert_eq!(describe(&DataType::Decimal(38, 2)), "decimal(38,2)");
}

#[test]
fn a_schema_keeps_the_order_of_its_contract() {
    let contract = Contract::new([("b", Type::Int64), ("a", Type::String)]);
    let names: Vec<_> = schema(&contract).iter_names().map(ToString::to_string).collect();
    assert_eq!(names, ["b", "a"]);
}
