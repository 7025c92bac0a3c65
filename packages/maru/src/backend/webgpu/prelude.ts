/** The WGSL around a kernel: its bindings, and what WGSL's own operators leave open. */
import { WORKGROUP } from './target.ts'

const plain = `\
@group(0) @binding(0) var<storage, read_write> memory: array<u32>;

fn word(at: i32) -> u32 {
  return memory[bitcast<u32>(at) >> 2u];
}

fn setWord(at: i32, value: u32) {
  memory[bitcast<u32>(at) >> 2u] = value;
}
`

// Neighbouring bytes of a word may be stored by two invocations at once.
const atomic = `\
@group(0) @binding(0) var<storage, read_write> memory: array<atomic<u32>>;

fn word(at: i32) -> u32 {
  return atomicLoad(&memory[bitcast<u32>(at) >> 2u]);
}

fn setWord(at: i32, value: u32) {
  atomicStore(&memory[bitcast<u32>(at) >> 2u], value);
}

fn setByte(at: i32, value: u32) {
  let index = bitcast<u32>(at) >> 2u;
  let shift = (bitcast<u32>(at) & 3u) * 8u;
  atomicAnd(&memory[index], ~(255u << shift));
  atomicOr(&memory[index], (value & 255u) << shift);
}
`

// WGSL lets a compiler assume that there is no NaN: whether a value is one is asked of its bits.
const common = `
@group(0) @binding(1) var<storage, read> args: array<i32>;

fn byte(at: i32) -> u32 {
  return (word(at) >> ((bitcast<u32>(at) & 3u) * 8u)) & 255u;
}

// A constant that WGSL has no literal for; a call is no constant expression, which must be finite.
fn bits(word: u32) -> f32 {
  return bitcast<f32>(word);
}

fn isNumber(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7fffffffu) <= 0x7f800000u;
}

// NaN if either is NaN; -0 is less than 0.
fn least(x: f32, y: f32) -> f32 {
  let ordered = select(y, x, x < y);
  let even = bitcast<f32>(bitcast<u32>(x) | bitcast<u32>(y));
  return select(select(y, x, isNumber(y)), select(ordered, even, x == y), isNumber(x) && isNumber(y));
}

fn greatest(x: f32, y: f32) -> f32 {
  let ordered = select(y, x, y < x);
  let even = bitcast<f32>(bitcast<u32>(x) & bitcast<u32>(y));
  return select(select(y, x, isNumber(y)), select(ordered, even, x == y), isNumber(x) && isNumber(y));
}

// Towards zero; clamped, and 0 for NaN.
fn integer(x: f32) -> u32 {
  let low = select(i32(x), -2147483647 - 1, x < -2147483648f);
  return bitcast<u32>(select(0, select(low, 2147483647, x >= 2147483648f), isNumber(x)));
}

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let begin = i32(id.y * groups.x * ${WORKGROUP}u + id.x);
  if (begin >= args[0]) {
    return;
  }
  let end = begin + 1;
`

/** Everything before the kernel's own statements. */
export function prelude(storesBytes: boolean): string {
  return (storesBytes ? atomic : plain) + common
}
