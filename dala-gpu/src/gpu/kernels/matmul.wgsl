// [m, k] times [k, n], in tiles of 16 by 16 that a workgroup keeps in its memory. Strided inputs.
// p: m, k, n, then for each input: offset, row stride, column stride
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> b: array<elem>;
@group(0) @binding(3) var<storage, read_write> out: array<elem>;

var<workgroup> tile_a: array<f32, 256>;
var<workgroup> tile_b: array<f32, 256>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(local_invocation_id) l: vec3<u32>) {
    let m = p[0];
    let k = p[1];
    let n = p[2];
    let row = w.y * 16u + l.y;
    let column = w.x * 16u + l.x;
    var sum = 0.0;
    for (var first = 0u; first < k; first += 16u) {
        var left = 0.0;
        if (row < m && first + l.x < k) { left = f32(a[p[3] + row * p[4] + (first + l.x) * p[5]]); }
        var right = 0.0;
        if (column < n && first + l.y < k) { right = f32(b[p[6] + (first + l.y) * p[7] + column * p[8]]); }
        tile_a[l.y * 16u + l.x] = left;
        tile_b[l.y * 16u + l.x] = right;
        workgroupBarrier();
        for (var i = 0u; i < 16u; i++) { sum += tile_a[l.y * 16u + i] * tile_b[i * 16u + l.x]; }
        workgroupBarrier();
    }
    if (row < m && column < n) { out[row * n + column] = elem(sum); }
}
