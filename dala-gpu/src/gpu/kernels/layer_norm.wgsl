// (x - mean) / sqrt(variance + epsilon) * scale + bias along the last axis: a workgroup for each row.
// p: rows, size, offset, offset of scale, offset of bias, epsilon (bits of an f32)
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> scale: array<elem>;
@group(0) @binding(3) var<storage, read> bias: array<elem>;
@group(0) @binding(4) var<storage, read_write> out: array<elem>;

var<workgroup> part: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let row = w.y * g.x + w.x;
    if (row >= p[0]) { return; }
    let size = p[1];
    let start = p[2] + row * size;
    var sum = 0.0;
    for (var n = l; n < size; n += 64u) { sum += f32(a[start + n]); }
    part[l] = sum;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (l < half) { part[l] += part[l + half]; }
        workgroupBarrier();
    }
    let mean = part[0] / f32(size);
    workgroupBarrier();
    // In a second pass: the difference of two large sums would lose the digits.
    sum = 0.0;
    for (var n = l; n < size; n += 64u) {
        let d = f32(a[start + n]) - mean;
        sum += d * d;
    }
    part[l] = sum;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (l < half) { part[l] += part[l + half]; }
        workgroupBarrier();
    }
    let factor = 1.0 / sqrt(part[0] / f32(size) + bitcast<f32>(p[5]));
    for (var n = l; n < size; n += 64u) {
        let x = (f32(a[start + n]) - mean) * factor;
        out[row * size + n] = elem(x * f32(scale[p[3] + n]) + f32(bias[p[4] + n]));
    }
}
