// Any strided view to one without gaps.
// p: elements, rank, offset, sizes[8], strides[8]
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    var rest = i;
    var at = p[2];
    for (var axis = i32(p[1]) - 1; axis >= 0; axis--) {
        let size = p[3 + axis];
        at += (rest % size) * p[11 + axis];
        rest /= size;
    }
    out[i] = a[at];
}
