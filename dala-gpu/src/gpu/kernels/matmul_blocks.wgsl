// As matmul.wgsl, for large matrices: a workgroup makes 64 by 64 of the product, each invocation 4 by 4 of them in registers,
// so that what is in the workgroup's memory is read a quarter as often and one barrier serves 16 times as much work.
// p: m, k, n, then for each input: offset, row stride, column stride
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> b: array<elem>;
@group(0) @binding(3) var<storage, read_write> out: array<elem>;

// 16 of the inner axis: columns of `a`, as four rows that go together, and rows of `b`, as four columns.
var<workgroup> tile_a: array<vec4<f32>, 256>;
var<workgroup> tile_b: array<vec4<f32>, 256>;

fn left(row: u32, i: u32) -> f32 {
    if (row < p[0] && i < p[1]) { return f32(a[p[3] + row * p[4] + i * p[5]]); }
    return 0.0;
}

fn right(i: u32, column: u32) -> f32 {
    if (i < p[1] && column < p[2]) { return f32(b[p[6] + i * p[7] + column * p[8]]); }
    return 0.0;
}

fn store(row: u32, column: u32, sum: vec4<f32>) {
    if (row >= p[0]) { return; }
    for (var j = 0u; j < 4u; j++) {
        if (column + j < p[2]) { out[row * p[2] + column + j] = elem(sum[j]); }
    }
}

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(local_invocation_id) l: vec3<u32>) {
    let row = w.y * 64u + l.y * 4u;
    let column = w.x * 64u + l.x * 4u;
    var sum0 = vec4<f32>(0.0);
    var sum1 = vec4<f32>(0.0);
    var sum2 = vec4<f32>(0.0);
    var sum3 = vec4<f32>(0.0);
    for (var first = 0u; first < p[1]; first += 16u) {
        let i = first + l.x;
        tile_a[l.x * 16u + l.y] =
            vec4<f32>(left(row, i), left(row + 1u, i), left(row + 2u, i), left(row + 3u, i));
        let j = first + l.y;
        tile_b[l.y * 16u + l.x] = vec4<f32>(
            right(j, column), right(j, column + 1u), right(j, column + 2u), right(j, column + 3u));
        workgroupBarrier();
        for (var i = 0u; i < 16u; i++) {
            let x = tile_a[i * 16u + l.y];
            let y = tile_b[i * 16u + l.x];
            sum0 += x.x * y;
            sum1 += x.y * y;
            sum2 += x.z * y;
            sum3 += x.w * y;
        }
        workgroupBarrier();
    }
    store(row, column, sum0);
    store(row + 1u, column, sum1);
    store(row + 2u, column, sum2);
    store(row + 3u, column, sum3);
}
