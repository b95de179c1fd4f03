//! One shader for a whole chain of steps. Constants are parameters: chains that differ in them alone share it.
use std::fmt::Write;

use crate::chain::{Binary, Step, Unary};

/// A shader, and its constants in the order of the parameters behind those of the operands.
#[derive(Debug)]
pub(super) struct Fused {
    pub(super) source: String,
    pub(super) constants: Vec<f32>,
}

/// Writes the shader. Parameters: elements, offset, then for each operand its offset and after how many
/// elements it starts again, then the constants. Bindings: input, operands, output.
pub(super) fn fuse(steps: &[Step]) -> Fused {
    let operands = steps.iter().filter(|step| matches!(step, Step::Binary(_))).count();
    let mut constants = Vec::new();
    let mut body = String::new();
    let mut constant = |value: f32| {
        constants.push(value);
        format!("bitcast<f32>(p[{}u])", 2 + 2 * operands + constants.len() - 1)
    };
    let mut operand = 0;
    for step in steps {
        let line = match *step {
            Step::Unary(unary) => match unary {
                Unary::Relu => "x = max(x, 0.0);".to_owned(),
                Unary::LeakyRelu(slope) => format!("x = select(x, x * {}, x < 0.0);", constant(slope)),
                Unary::Sigmoid => "x = 1.0 / (1.0 + exp(-x));".to_owned(),
                // Some drivers compute tanh by exp, which overflows.
                Unary::Tanh => "x = tanh(clamp(x, -15.0, 15.0));".to_owned(),
                Unary::Silu => "x = x / (1.0 + exp(-x));".to_owned(),
                Unary::Gelu => {
                    "x = 0.5 * x * (1.0 + tanh(clamp(0.7978845608 * (x + 0.044715 * x * x * x), -15.0, 15.0)));"
                        .to_owned()
                }
                Unary::Exp => "x = exp(x);".to_owned(),
                Unary::Sqrt => "x = sqrt(x);".to_owned(),
                Unary::Neg => "x = -x;".to_owned(),
                Unary::Abs => "x = abs(x);".to_owned(),
                Unary::Scale(factor) => format!("x = x * {};", constant(factor)),
                Unary::Shift(term) => format!("x = x + {};", constant(term)),
                Unary::Clamp(low, high) => {
                    let low = constant(low);
                    format!("x = min(max(x, {low}), {});", constant(high))
                }
            },
            Step::Binary(binary) => {
                let at = 2 + 2 * operand;
                let y = format!("f32(b{operand}[p[{at}u] + i % p[{}u]])", at + 1);
                operand += 1;
                match binary {
                    Binary::Add => format!("x = x + {y};"),
                    Binary::Sub => format!("x = x - {y};"),
                    Binary::Mul => format!("x = x * {y};"),
                    Binary::Div => format!("x = x / {y};"),
                    Binary::Max => format!("x = max(x, {y});"),
                    Binary::Min => format!("x = min(x, {y});"),
                }
            }
        };
        body.push_str("    ");
        body.push_str(&line);
        body.push('\n');
    }
    let mut source = String::from("@group(0) @binding(1) var<storage, read> a: array<elem>;\n");
    for n in 0..operands {
        writeln!(source, "@group(0) @binding({}) var<storage, read> b{n}: array<elem>;", n + 2)
            .expect("strings take all");
    }
    let out = operands + 2;
    write!(
        source,
        "@group(0) @binding({out}) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {{
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) {{ return; }}
    var x = f32(a[p[1] + i]);
{body}    out[i] = elem(x);
}}
"
    )
    .expect("strings take all");
    Fused { source, constants }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chain;

    #[test]
    fn chains_that_differ_in_constants_share_a_shader() {
        let chain = |factor| Chain::new().add().then(Unary::Scale(factor)).then(Unary::Relu);
        let (one, two) = (fuse(chain(1.0).steps()), fuse(chain(2.0).steps()));
        assert_eq!(one.source, two.source);
        assert_eq!((one.constants, two.constants), (vec![1.0], vec![2.0]));
        assert!(one.source.contains("p[4u]"), "behind the one operand's two: {}", one.source);
        assert_ne!(one.source, fuse(Chain::new().mul().then(Unary::Relu).steps()).source);
    }
}
