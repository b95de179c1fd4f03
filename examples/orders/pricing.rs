//! Prices: plain Rust, with types that Elixir sees as maps and tuples.

/// `%{sku: "tea", count: 3}`
#[derive(dala::Term)]
#[term(map)]
pub(crate) struct Line {
    sku: String,
    count: u32,
}

/// `%{net: .., discount: .., tax: .., total: ..}`, in cents.
#[derive(Debug, PartialEq, dala::Term)]
#[term(map)]
pub(crate) struct Price {
    net: u64,
    discount: u64,
    tax: u64,
    total: u64,
}

/// `:empty`, `{:unknown_item, "spaceship"}`, `{:no_voucher, "FREE"}`
#[derive(Debug, PartialEq, dala::Term)]
pub(crate) enum PriceError {
    Empty,
    UnknownItem(String),
    NoVoucher(String),
}

const ITEMS: &[(&str, u64)] = &[("tea", 450), ("cup", 900), ("pot", 2500)];
const VOUCHERS: &[(&str, u64)] = &[("TEN", 10), ("HALF", 50)];
const TAX_PERCENT: u64 = 19;

/// `Pricing.price(lines, voucher)`: `{:ok, price}` or `{:error, reason}`.
#[dala::native(module = "Elixir.Pricing", tagged)]
pub(crate) fn price(lines: Vec<Line>, voucher: Option<String>) -> Result<Price, PriceError> {
    let percent = match voucher {
        None => 0,
        Some(voucher) => {
            let known = VOUCHERS.iter().find(|(name, _)| *name == voucher);
            known.ok_or(PriceError::NoVoucher(voucher))?.1
        }
    };
    let mut net = 0;
    for Line { sku, count } in lines {
        let item = ITEMS.iter().find(|(name, _)| *name == sku).ok_or(PriceError::UnknownItem(sku))?;
        net += item.1 * u64::from(count);
    }
    if net == 0 {
        return Err(PriceError::Empty);
    }
    let discount = net * percent / 100;
    let tax = (net - discount) * TAX_PERCENT / 100;
    Ok(Price { net, discount, tax, total: net - discount + tax })
}
