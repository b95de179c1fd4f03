// As matmul.wgsl, for a few rows or columns, where tiles would be mostly empty: an invocation makes one element, and
// neighbours read what lies side by side. Four sums, so that an addition need not wait for the one before it.
// p: m, k, n, then for each input: offset, row stride, column stride
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> b: array<elem>;
@group(0) @binding(3) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) g: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let at = g.y * groups.x * 64u + g.x;
    let k = p[1];
    let n = p[2];
    if (at >= p[0] * n) { return; }
    var left = p[3] + at / n * p[4];
    var right = p[6] + at % n * p[8];
    let across = p[5];
    let down = p[7];
    var sums = vec4<f32>(0.0);
    var i = 0u;
    for (; i + 4u <= k; i += 4u) {
        sums += vec4<f32>(f32(a[left]), f32(a[left + across]), f32(a[left + 2u * across]), f32(a[left + 3u * across]))
            * vec4<f32>(f32(b[right]), f32(b[right + down]), f32(b[right + 2u * down]), f32(b[right + 3u * down]));
        left += 4u * across;
        right += 4u * down;
    }
    var sum = sums.x + sums.y + (sums.z + sums.w);
    for (; i < k; i++) {
        sum += f32(a[left]) * f32(b[right]);
        left += across;
        right += down;
    }
    out[at] = elem(sum);
}
