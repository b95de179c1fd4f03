//! Models that are made here, for tests, measurements and examples: no file is needed.

/// `count` numbers between -1 and 1, the same on every machine:
/// `(((i * 7919 + 13) mod 2000) - 1000) / 1000`.
pub fn ramp(count: usize) -> impl Iterator<Item = f32> {
    (0..count as u64).map(|i| ((i * 7919 + 13) % 2000) as i64 as f32 - 1000.0).map(|x| x / 1000.0)
}

/// An ONNX file with a multi-layer perceptron: layers of these sizes, `Gemm` and, between them, `Relu` (operator
/// set 13); weights `[in, out]` and biases are [`ramp`] times 0.05. Input `x` of `[batch, first]`, output `y` of
/// `[batch, last]`. The files follow the protocol buffers of onnx.proto3.
///
/// # Panics
/// With fewer than two sizes.
pub fn mlp(sizes: &[usize]) -> Vec<u8> {
    assert!(sizes.len() > 1, "a perceptron has at least an input and an output");
    let mut graph = Message::default();
    let layers = sizes.len() - 1;
    let mut from = "x".to_owned();
    for layer in 0..layers {
        let is_last = layer + 1 == layers;
        let sum = if is_last { "y".to_owned() } else { format!("s{layer}") };
        graph.message(1, &node("Gemm", &[&from, &format!("w{layer}"), &format!("b{layer}")], &sum));
        from = sum.clone();
        if !is_last {
            from = format!("r{layer}");
            graph.message(1, &node("Relu", &[&sum], &from));
        }
    }
    graph.text(2, "mlp");
    for (layer, pair) in sizes.windows(2).enumerate() {
        graph.message(5, &weights(&format!("w{layer}"), &[pair[0], pair[1]]));
        graph.message(5, &weights(&format!("b{layer}"), &[pair[1]]));
    }
    graph.message(11, &port("x", &[Size::Any("batch"), Size::Is(sizes[0])]));
    graph.message(12, &port("y", &[Size::Any("batch"), Size::Is(sizes[layers])]));
    model(&graph)
}

/// An ONNX file with one `MatMul` (operator set 13) of floats: inputs `a` of `[m, k]` and `b` of `[k, n]`, output `y` of
/// `[m, n]`, of any sizes.
pub fn product() -> Vec<u8> {
    let mut graph = Message::default();
    graph.message(1, &node("MatMul", &["a", "b"], "y"));
    graph.text(2, "product");
    graph.message(11, &port("a", &[Size::Any("m"), Size::Any("k")]));
    graph.message(11, &port("b", &[Size::Any("k"), Size::Any("n")]));
    graph.message(12, &port("y", &[Size::Any("m"), Size::Any("n")]));
    model(&graph)
}

/// `NodeProto`.
fn node(operator: &str, inputs: &[&str], output: &str) -> Message {
    let mut node = Message::default();
    inputs.iter().for_each(|input| node.text(1, input));
    node.text(2, output);
    node.text(4, operator);
    node
}

/// `TensorProto` of floats.
fn weights(name: &str, sizes: &[usize]) -> Message {
    let mut tensor = Message::default();
    sizes.iter().for_each(|&size| tensor.number(1, size as u64));
    tensor.number(2, 1);
    tensor.text(8, name);
    let raw: Vec<u8> = ramp(sizes.iter().product()).flat_map(|x| (x * 0.05).to_le_bytes()).collect();
    tensor.raw(9, &raw);
    tensor
}

/// A size in a `ValueInfoProto`.
enum Size {
    Any(&'static str),
    Is(usize),
}

/// `ValueInfoProto` of floats.
fn port(name: &str, sizes: &[Size]) -> Message {
    let mut shape = Message::default();
    for size in sizes {
        let mut dimension = Message::default();
        match size {
            Size::Any(name) => dimension.text(2, name),
            Size::Is(size) => dimension.number(1, *size as u64),
        }
        shape.message(1, &dimension);
    }
    let mut tensor = Message::default();
    tensor.number(1, 1);
    tensor.message(2, &shape);
    let mut kind = Message::default();
    kind.message(1, &tensor);
    let mut port = Message::default();
    port.text(1, name);
    port.message(2, &kind);
    port
}

/// `ModelProto` with a graph, of operator set 13.
fn model(graph: &Message) -> Vec<u8> {
    let mut operators = Message::default();
    operators.number(2, 13);
    let mut model = Message::default();
    model.number(1, 8);
    model.message(7, graph);
    model.message(8, &operators);
    model.bytes
}

/// A message of protocol buffers, as it is written.
#[derive(Default)]
struct Message {
    bytes: Vec<u8>,
}

impl Message {
    fn variable(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    fn number(&mut self, field: u64, value: u64) {
        self.variable(field << 3);
        self.variable(value);
    }

    fn raw(&mut self, field: u64, bytes: &[u8]) {
        self.variable(field << 3 | 2);
        self.variable(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn text(&mut self, field: u64, text: &str) {
        self.raw(field, text.as_bytes());
    }

    fn message(&mut self, field: u64, message: &Message) {
        self.raw(field, &message.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ramp_is_what_its_formula_says() {
        let numbers: Vec<f32> = ramp(4).collect();
        assert_eq!(numbers, [-0.987, 0.932, 0.851, 0.770]);
        assert!(ramp(5000).all(|x| (-1.0..1.0).contains(&x)));
    }
}
