// Bytes of pixels, four in a word, to planes of (byte / 255 - mean) / spread.
// p: elements, pixels, offset in bytes, then for each channel: mean, 1 / spread (bits of f32)
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<elem>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) w: vec3<u32>, @builtin(num_workgroups) g: vec3<u32>, @builtin(local_invocation_index) l: u32) {
    let i = (w.y * g.x + w.x) * 64u + l;
    if (i >= p[0]) { return; }
    let channel = i / p[1];
    let at = p[2] + i % p[1] * 3u + channel;
    let byte = a[at / 4u] >> (at % 4u * 8u) & 255u;
    out[i] = elem((f32(byte) / 255.0 - bitcast<f32>(p[3u + 2u * channel])) * bitcast<f32>(p[4u + 2u * channel]));
}
