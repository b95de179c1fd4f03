// Parts of an axis by index. The indices were checked.
// p: elements, size of the axis, elements behind it, number of indices, offset, then the indices
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    let inner = p[2];
    let place = p[5u + (i / inner) % p[3]];
    let outer = i / (inner * p[3]);
    out[i] = a[p[4] + (outer * p[1] + place) * inner + i % inner];
}
