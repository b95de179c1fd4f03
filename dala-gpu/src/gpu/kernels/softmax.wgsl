// exp(x - max) / sum along the last axis: a workgroup for each row.
// p: rows, size, offset
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

var<workgroup> part: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let row = w.y * g.x + w.x;
    if (row >= p[0]) { return; }
    let size = p[1];
    let start = p[2] + row * size;
    var largest = -3.402823e38;
    for (var n = l; n < size; n += 64u) { largest = max(largest, f32(a[start + n])); }
    part[l] = largest;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (l < half) { part[l] = max(part[l], part[l + half]); }
        workgroupBarrier();
    }
    largest = part[0];
    workgroupBarrier();
    var sum = 0.0;
    for (var n = l; n < size; n += 64u) { sum += exp(f32(a[start + n]) - largest); }
    part[l] = sum;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (l < half) { part[l] += part[l + half]; }
        workgroupBarrier();
    }
    sum = part[0];
    for (var n = l; n < size; n += 64u) { out[row * size + n] = elem(exp(f32(a[start + n]) - largest) / sum); }
}
