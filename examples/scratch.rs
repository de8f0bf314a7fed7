//! scratch
#![allow(missing_docs)]
use std::time::Instant;
use stoa::coord::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let path = std::path::PathBuf::from(&args[1]);
    let t = Instant::now();
    if args[2] == "read" { match Coord::open_existing(&path) { Ok(Some(c)) => { let s = c.snapshot().unwrap(); eprintln!("read rev {} sessions {} claims {}", s.revision, s.sessions.len(), s.claims.len()) } Ok(None) => eprintln!("none"), Err(e) => eprintln!("{e:?}") } return; }
    let coord = Coord::open(&path).unwrap();
    let opened = t.elapsed();
    match args[2].as_str() {
        "register" => {
            let mut r = Register::of(fingerprint::of_pid(args[3].parse().unwrap()).unwrap());
            r.name = Some(args[4].clone());
            coord.register(&r).unwrap();
        }
        "claim" => {
            let s = coord.resolve(&args[3]).unwrap();
            let r = coord.claim(
                &(&s).into(),
                &ClaimRequest::of(vec![ClaimKey::canonical(&args[4]).unwrap()]),
            );
            eprintln!("{:?}", r.map(|g| g.claims[0].token));
        }
        "bench" => {
            let s = coord.resolve(&args[3]).unwrap();
            let n: usize = args[4].parse().unwrap();
            let mut ts = vec![];
            for i in 0..n {
                let t = Instant::now();
                coord
                    .claim(
                        &(&s).into(),
                        &ClaimRequest::of(vec![
                            ClaimKey::canonical(&format!("task/{}", i)).unwrap(),
                        ]),
                    )
                    .unwrap();
                ts.push(t.elapsed());
            }
            ts.sort();
            eprintln!(
                "claims p50 {:?} p99 {:?} total {:?}",
                ts[n / 2],
                ts[n * 99 / 100],
                ts.iter().sum::<std::time::Duration>()
            );
            let t = Instant::now();
            let snap = coord.snapshot().unwrap();
            eprintln!("snapshot {:?} {}", t.elapsed(), snap.claims.len());
        }
        "many" => {
            let n: usize = args[3].parse().unwrap();
            let mut ts = vec![];
            let fp = fingerprint::of_pid(std::process::id()).unwrap();
            for i in 0..n {
                let t = Instant::now();
                let mut r = Register::of(fp.clone());
                r.name = Some(format!("s{i}"));
                coord.register(&r).unwrap();
                ts.push(t.elapsed());
            }
            eprintln!("first {:?} last {:?}", ts[0], ts[n - 1]);
        }
        "wait" => {
            let s = coord.resolve(&args[3]).unwrap();
            let r = coord.claim_within(
                &(&s).into(),
                &ClaimRequest::of(vec![ClaimKey::canonical(&args[4]).unwrap()]),
                std::time::Duration::from_secs(30),
            );
            eprintln!("{:?}", r);
        }
        _ => {
            let t = Instant::now();
            let s = coord.snapshot().unwrap();
            eprintln!("snapshot {:?} {} sessions", t.elapsed(), s.sessions.len());
        }
    }
    eprintln!("open {:?} total {:?}", opened, t.elapsed());
}
