//! Promises: which there are, what became of their windows, and what is told of it.

mod outbox;
mod record;
mod rules;
mod windows;

pub use outbox::{
    Claim, DeliveryRow, Outgoing, claim_deliveries, deliveries, delivery_failed, delivery_sent,
    forget_deliveries, given_up, next_delivery,
};
pub use record::{Recorded as RecordedSlas, SlaRecording, complete_slas, forget_slas, record_slas};
pub use rules::{
    NewSlaRule, SlaRuleRow, declare_slas, registered_at, settled_until, sla_months, sla_rules,
};
pub use windows::{
    SlaWindowRow, first_committed, recent_sla_windows, recorded_slas, sla_windows, sla_windows_of,
};
