// Convolution: an invocation for each output element.
// p: 0 elements, 1 filters, 2 output height, 3 output width, 4 channels, 5 height, 6 width, 7 kernel height, 8 kernel width,
//    9 10 stride, 11 12 padding, 13 14 dilation, 15 channels a group, 16 filters a group, 17 offset, 18 offset of weights,
//    19 offset of bias, 20 whether there is one
@group(0) @binding(1) var<storage, read> a: array<elem>;
@group(0) @binding(2) var<storage, read> weights: array<elem>;
@group(0) @binding(3) var<storage, read> bias: array<elem>;
@group(0) @binding(4) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    let x = i % p[3];
    let y = i / p[3] % p[2];
    let filter_index = i / (p[3] * p[2]) % p[1];
    let n = i / (p[3] * p[2] * p[1]);
    let first = filter_index / p[16] * p[15];
    var sum = 0.0;
    if (p[20] == 1u) { sum = f32(bias[p[19] + filter_index]); }
    for (var c = 0u; c < p[15]; c++) {
        for (var ky = 0u; ky < p[7]; ky++) {
            // Places in the padding are larger than any size: unsigned numbers wrap.
            let iy = y * p[9] + ky * p[13] - p[11];
            if (iy >= p[5]) { continue; }
            for (var kx = 0u; kx < p[8]; kx++) {
                let ix = x * p[10] + kx * p[14] - p[12];
                if (ix >= p[6]) { continue; }
                let pixel = f32(a[p[17] + ((n * p[4] + first + c) * p[5] + iy) * p[6] + ix]);
                let weight = f32(weights[p[18] + ((filter_index * p[15] + c) * p[7] + ky) * p[8] + kx]);
                sum += pixel * weight;
            }
        }
    }
    out[i] = elem(sum);
}
