//! Who listens on a port of this machine: on its own address only, or on all of them. Read from /proc on Linux; nobody
//! says elsewhere.

use url::{Host, Url};

/// Whether whoever listens at an address of this machine does so on all its addresses; none for an address that is
/// elsewhere, and where the system says nothing of it.
pub fn everywhere(url: &Url) -> Option<bool> {
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let port = url.port_or_known_default().filter(|_| is_here)?;
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let tables = tables.into_iter().filter_map(Result::ok);
    of_tables(&tables.collect::<String>(), port)
}

/// The same of the lines of `/proc/net/tcp` and `tcp6`: `sl local_address rem_address st …`, numbers in hex.
fn of_tables(tables: &str, port: u16) -> Option<bool> {
    let listens = |line: &str| {
        let mut fields = line.split_ascii_whitespace();
        let (local, state) = (fields.nth(1)?, fields.nth(1)?);
        let (address, own) = local.rsplit_once(':')?;
        // 0A is LISTEN.
        let is_it = state == "0A" && u16::from_str_radix(own, 16) == Ok(port);
        is_it.then(|| address.bytes().all(|digit| digit == b'0'))
    };
    tables
        .lines()
        .filter_map(listens)
        .reduce(|one, other| one || other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0100007F:1F92 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue
   0: 00000000000000000000000000000000:1F93 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
   1: 00000000000000000000000001000000:1F94 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
";

    #[test]
    fn who_listens_everywhere_is_known_by_its_address() {
        let told = [0x1f90, 0x1f91, 0x1f92, 0x1f93, 0x1f94].map(|port| of_tables(TABLE, port));
        assert_eq!(
            told,
            [Some(false), Some(true), None, Some(true), Some(false)]
        );
    }

    #[test]
    fn what_is_elsewhere_is_not_asked_for() {
        for url in ["http://example.com:80/", "http://192.0.2.1/mcp"] {
            assert_eq!(Url::parse(url).ok().and_then(|url| everywhere(&url)), None);
        }
    }
}
