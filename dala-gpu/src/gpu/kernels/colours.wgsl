// Sums of weighted channels.
// p: elements, pixels of a plane, new channels, offset, then for each new channel: constant, three weights (bits of f32)
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    let row = 4u + 4u * (i / p[1] % p[2]);
    let first = p[3] + i / (p[1] * p[2]) * 3u * p[1] + i % p[1];
    var sum = bitcast<f32>(p[row]);
    for (var c = 0u; c < 3u; c++) { sum += bitcast<f32>(p[row + 1u + c]) * f32(a[first + c * p[1]]); }
    out[i] = elem(sum);
}
