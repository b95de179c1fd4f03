// One number for all elements along an axis: an invocation for each. Replaced: START, COMBINE.
// p: results, size of the axis, elements behind it, offset, divisor (bits of an f32)
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    var at = p[3] + (i / p[2]) * p[1] * p[2] + i % p[2];
    var x = START;
    for (var n = 0u; n < p[1]; n++) {
        let y = f32(a[at]);
        x = COMBINE;
        at += p[2];
    }
    out[i] = elem(x / bitcast<f32>(p[4]));
}
