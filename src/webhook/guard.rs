//! Which addresses a message may go to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};
use std::str::FromStr;

/// Addresses of version 4 that are nobody's on the internet, with the length of their prefix.
const NOT_PUBLIC_V4: [([u8; 4], u32); 16] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// Of the addresses of version 6 that are routed at all, those that are not, or that lead elsewhere
/// than they look: protocols of the IETF with Teredo, documentation, 6to4.
const NOT_PUBLIC_V6: [([u16; 3], u32); 4] =
    [([0x2001, 0, 0], 23), ([0x2001, 0x0db8, 0], 32), ([0x2002, 0, 0], 16), ([0x3fff, 0, 0], 20)];

/// Whether an address is somebody's on the internet. One that holds an address of version 4 is as
/// good as that one.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match plain(address) {
        IpAddr::V4(address) => !NOT_PUBLIC_V4
            .iter()
            .any(|(net, length)| shares(v4(address), v4((*net).into()), *length)),
        IpAddr::V6(address) => {
            let [first, second, third, ..] = address.segments();
            let is_routed = first & 0xe000 == 0x2000;
            let head = |[a, b, c]: [u16; 3]| {
                u128::from(a) << 112 | u128::from(b) << 96 | u128::from(c) << 80
            };
            let own = head([first, second, third]);
            // An interface named after an address of version 4 (ISATAP) tunnels to it.
            let tunnels = matches!(address.segments(), [_, _, _, _, 0 | 0x0200, 0x5efe, _, _]);
            is_routed
                && !tunnels
                && !NOT_PUBLIC_V6.iter().any(|(net, length)| shares(own, head(*net), *length))
        }
    }
}

/// Whether an address is one of this machine's own: what listens there trusts who is near.
pub(super) fn is_own(address: IpAddr) -> bool {
    // Only an address of one's own can be bound to.
    UdpSocket::bind((address, 0)).is_ok()
}

/// The address of version 4 that one of version 6 stands for, if it does: mapped, compatible, or
/// translated.
fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let last = |six: Ipv6Addr| IpAddr::V4(Ipv4Addr::from(six.to_bits() as u32));
    match six.segments() {
        [0, 0, 0, 0, 0, 0xffff, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0, 0, 0, 0, ..] => last(six),
        [0, 0, 0, 0, 0, 0, high, low] if 1 < u32::from(high) << 16 | u32::from(low) => last(six),
        _ => address,
    }
}

/// In the first 32 of 128 bits, so that prefixes of both versions are held against each other alike.
fn v4(address: Ipv4Addr) -> u128 {
    u128::from(address.to_bits()) << 96
}

/// Whether the first so many bits are the same.
fn shares(left: u128, right: u128, length: u32) -> bool {
    length == 0 || (left ^ right) >> (128 - length) == 0
}

/// Addresses that an operator let messages go to, though they are not public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowed(Vec<(IpAddr, u32)>);

/// Why a text is not a list of addresses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an address or a range of them; write `10.1.2.3` or `10.1.2.0/24`")]
pub struct InvalidRange(String);

impl Allowed {
    /// Whether it names an address.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let address = plain(address);
        self.0.iter().any(|(net, length)| match (net, address) {
            (IpAddr::V4(net), IpAddr::V4(address)) => shares(v4(*net), v4(address), *length),
            (IpAddr::V6(net), IpAddr::V6(address)) => {
                shares(net.to_bits(), address.to_bits(), *length)
            }
            _ => false,
        })
    }
}

impl FromStr for Allowed {
    type Err = InvalidRange;

    fn from_str(text: &str) -> Result<Self, InvalidRange> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let range = |part: &str| {
            let (address, length) = match part.split_once('/') {
                Some((address, length)) => (address, length.parse().ok()),
                None => (part, Some(if part.contains(':') { 128 } else { 32 })),
            };
            let address: Option<IpAddr> = address.parse().ok();
            let fits = |(address, length): &(IpAddr, u32)| match address {
                IpAddr::V4(_) => *length <= 32,
                IpAddr::V6(_) => *length <= 128,
            };
            address.zip(length).filter(fits).ok_or_else(|| InvalidRange(part.to_owned()))
        };
        parts.map(range).collect::<Result<_, _>>().map(Self)
    }
}
