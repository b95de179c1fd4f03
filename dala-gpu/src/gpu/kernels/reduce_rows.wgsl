// As reduce.wgsl along the last axis, for long rows: a workgroup for each.
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

var<workgroup> part: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let row = w.y * g.x + w.x;
    if (row >= p[0]) { return; }
    let start = p[3] + row * p[1];
    var x = START;
    for (var n = l; n < p[1]; n += 64u) {
        let y = f32(a[start + n]);
        x = COMBINE;
    }
    part[l] = x;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half /= 2u) {
        if (l < half) {
            let y = part[l + half];
            x = part[l];
            x = COMBINE;
            part[l] = x;
        }
        workgroupBarrier();
    }
    if (l == 0u) { out[row] = elem(part[0] / bitcast<f32>(p[4])); }
}
