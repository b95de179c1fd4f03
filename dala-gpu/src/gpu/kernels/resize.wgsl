// A picture in another size. Which old pixels make a new one was computed before, as the CPU does it.
// p: elements, height, width, new height, new width, offset, then for each new row and each new column: first, second,
//    weight of the second (bits of an f32)
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    let row = 6u + 3u * (i / p[4] % p[3]);
    let column = 6u + 3u * (p[3] + i % p[4]);
    let plane = p[5] + i / (p[3] * p[4]) * p[1] * p[2];
    let top = plane + p[row] * p[2];
    let bottom = plane + p[row + 1u] * p[2];
    let fx = bitcast<f32>(p[column + 2u]);
    let fy = bitcast<f32>(p[row + 2u]);
    let above = f32(a[top + p[column]]) * (1.0 - fx) + f32(a[top + p[column + 1u]]) * fx;
    let below = f32(a[bottom + p[column]]) * (1.0 - fx) + f32(a[bottom + p[column + 1u]]) * fx;
    out[i] = elem(above * (1.0 - fy) + below * fy);
}
