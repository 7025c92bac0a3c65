/** Instructions against the bytes that GNU as gives for the same text (Intel syntax). */
import { expect, test } from 'vitest'
import { Assembler, gpr, Label } from '../../src/backend/native/assembler.ts'

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 } = gpr

function bytesOf(write: (a: Assembler) => void): string {
  const a = new Assembler()
  write(a)
  return Buffer.from(a.finish())
    .toString('hex')
    .replace(/..(?=.)/g, '$& ')
}

// biome-ignore format: a table
const rows: [text: string, bytes: string, write: (a: Assembler) => void][] = [
  ['{load} add eax, r9d', '41 03 c1', (a) => a.integer('add', rax, r9)],
  ['{load} add r14, r15', '4d 03 f7', (a) => a.integer('add', r14, r15, true)],
  ['sub r12d, [r15]', '45 2b 27', (a) => a.integer('sub', r12, { base: r15, offset: 0 })],
  ['and ecx, [rsp+0x40]', '23 4c 24 40', (a) => a.integer('and', rcx, { base: rsp, offset: 64 })],
  ['cmp esi, [rbp+0x0]', '3b 75 00', (a) => a.integer('cmp', rsi, { base: rbp, offset: 0 })],
  ['mov r15, [rdx+0x10]', '4c 8b 7a 10', (a) => a.integer('mov', r15, { base: rdx, offset: 16 }, true)],
  ['mov ebx, [r13+0x200]', '41 8b 9d 00 02 00 00', (a) => a.integer('mov', rbx, { base: r13, offset: 512 })],
  ['lea edi, [r12+r13*1]', '43 8d 3c 2c', (a) => a.integer('lea', rdi, { base: r12, index: r13, offset: 0 })],
  ['lea r8d, [rax+r11*8-0x7]', '46 8d 44 d8 f9', (a) => a.integer('lea', r8, { base: rax, index: r11, scale: 3, offset: -7 })],
  ['mov [rsp+0x200], rax', '48 89 84 24 00 02 00 00', (a) => a.integer('store', rax, { base: rsp, offset: 512 }, true)],
  ['test r10d, r10d', '45 85 d2', (a) => a.integer('test', r10, r10)],
  ['imul r9d, [r14+0x8]', '45 0f af 4e 08', (a) => a.integer('imul', r9, { base: r14, offset: 8 })],
  ['movzx eax, BYTE PTR [r15+rsi*1]', '41 0f b6 04 37', (a) => a.integer('movzx', rax, { base: r15, index: rsi, offset: 0 })],
  ['movzx eax, WORD PTR [r15+rsi*1]', '41 0f b7 04 37', (a) => a.integer('movzxw', rax, { base: r15, index: rsi, offset: 0 })],
  ['add edx, 127', '83 c2 7f', (a) => a.immediate('add', rdx, 127)],
  ['sub rsp, 0x200', '48 81 ec 00 02 00 00', (a) => a.immediate('sub', rsp, 512, true)],
  ['and rsp, -32', '48 83 e4 e0', (a) => a.immediate('and', rsp, -32, true)],
  ['cmp r11d, -129', '41 81 fb 7f ff ff ff', (a) => a.immediate('cmp', r11, -129)],
  ['mov r13d, 0x89abcdef', '41 bd ef cd ab 89', (a) => a.moveConstant(r13, 0x89abcdef)],
  ['imul eax, r8d, 12', '41 6b c0 0c', (a) => a.multiplyConstant(rax, r8, 12)],
  ['imul r8d, [rsp+0x4], 300', '44 69 44 24 04 2c 01 00 00', (a) => a.multiplyConstant(r8, { base: rsp, offset: 4 }, 300)],
  ['shl r10d, 2', '41 c1 e2 02', (a) => a.shift('shl', r10, 2)],
  ['sar eax, cl', 'd3 f8', (a) => a.shift('sar', rax, 'rcx')],
  ['idiv DWORD PTR [r14+0x4]', '41 f7 7e 04', (a) => a.divide({ base: r14, offset: 4 })],
  ['setb al; movzx eax, al', '0f 92 c0 0f b6 c0', (a) => a.setRax('b')],
  ['setge al; movzx eax, al', '0f 9d c0 0f b6 c0', (a) => a.setRax('ge')],
  ['prefetcht0 [r15+rcx*1]', '41 0f 18 0c 0f', (a) => a.prefetch({ base: r15, index: rcx, offset: 0 })],
  ['prefetchw [r8+0x40]', '41 0f 0d 48 40', (a) => a.prefetchw({ base: r8, offset: 64 })],
  ['push r12; pop rbx', '41 54 5b', (a) => { a.push(r12); a.pop(rbx) }],
  ['cdq; cpuid; xgetbv; vzeroupper; ret', '99 0f a2 0f 01 d0 c5 f8 77 c3', (a) => { a.plain('cdq'); a.plain('cpuid'); a.plain('xgetbv'); a.plain('vzeroupper'); a.plain('ret') }],
  ['vaddps ymm1, ymm2, ymm3', 'c5 ec 58 cb', (a) => a.vex('vaddps', 1, 2, 3)],
  ['vaddps ymm9, ymm10, ymm11', 'c4 41 2c 58 cb', (a) => a.vex('vaddps', 9, 10, 11)],
  ['vsubps ymm8, ymm0, [rsp+0x20]', 'c5 7c 5c 44 24 20', (a) => a.vex('vsubps', 8, 0, { base: rsp, offset: 32 })],
  ['vmulps ymm0, ymm15, [r15+rax*1+0x20]', 'c4 c1 04 59 44 07 20', (a) => a.vex('vmulps', 0, 15, { base: r15, index: rax, offset: 32 })],
  ['vdivps ymm4, ymm5, [r12]', 'c4 c1 54 5e 24 24', (a) => a.vex('vdivps', 4, 5, { base: r12, offset: 0 })],
  ['vminps ymm4, ymm5, ymm13', 'c4 c1 54 5d e5', (a) => a.vex('vminps', 4, 5, 13)],
  ['vmaxps ymm14, ymm5, ymm6', 'c5 54 5f f6', (a) => a.vex('vmaxps', 14, 5, 6)],
  ['vsqrtps ymm4, ymm9', 'c4 c1 7c 51 e1', (a) => a.vex('vsqrtps', 4, 0, 9)],
  ['vcmpps ymm1, ymm2, ymm3, 0x1d', 'c5 ec c2 cb 1d', (a) => a.vex('vcmpps', 1, 2, 3, 0x1d)],
  ['vroundps ymm1, ymm2, 9', 'c4 e3 7d 08 ca 09', (a) => a.vex('vroundps', 1, 0, 2, 9)],
  ['vcvtdq2ps ymm3, ymm4', 'c5 fc 5b dc', (a) => a.vex('vcvtdq2ps', 3, 0, 4)],
  ['vcvttps2dq ymm3, ymm12', 'c4 c1 7e 5b dc', (a) => a.vex('vcvttps2dq', 3, 0, 12)],
  ['vfmadd132ps ymm1, ymm2, [r15+r8*1]', 'c4 82 6d 98 0c 07', (a) => a.vex('vfmadd132ps', 1, 2, { base: r15, index: r8, offset: 0 })],
  ['vfmadd213ps ymm1, ymm2, ymm3', 'c4 e2 6d a8 cb', (a) => a.vex('vfmadd213ps', 1, 2, 3)],
  ['vfmadd231ps ymm12, ymm14, ymm15', 'c4 42 0d b8 e7', (a) => a.vex('vfmadd231ps', 12, 14, 15)],
  ['vandps ymm1, ymm2, ymm3', 'c5 ec 54 cb', (a) => a.vex('vandps', 1, 2, 3)],
  ['vorps ymm1, ymm2, ymm3', 'c5 ec 56 cb', (a) => a.vex('vorps', 1, 2, 3)],
  ['vxorps ymm7, ymm7, ymm7', 'c5 c4 57 ff', (a) => a.vex('vxorps', 7, 7, 7)],
  ['vblendvps ymm1, ymm2, ymm3, ymm12', 'c4 e3 6d 4a cb c0', (a) => a.vex('vblendvps', 1, 2, 3, 12 << 4)],
  ['vpaddd ymm1, ymm2, ymm3', 'c5 ed fe cb', (a) => a.vex('vpaddd', 1, 2, 3)],
  ['vpsubd ymm1, ymm2, ymm3', 'c5 ed fa cb', (a) => a.vex('vpsubd', 1, 2, 3)],
  ['vpmulld ymm1, ymm2, ymm3', 'c4 e2 6d 40 cb', (a) => a.vex('vpmulld', 1, 2, 3)],
  ['vpminsd ymm1, ymm2, ymm3', 'c4 e2 6d 39 cb', (a) => a.vex('vpminsd', 1, 2, 3)],
  ['vpmaxsd ymm1, ymm2, ymm3', 'c4 e2 6d 3d cb', (a) => a.vex('vpmaxsd', 1, 2, 3)],
  ['vpmaxud ymm1, ymm2, ymm3', 'c4 e2 6d 3f cb', (a) => a.vex('vpmaxud', 1, 2, 3)],
  ['vpcmpeqd ymm1, ymm2, ymm3', 'c5 ed 76 cb', (a) => a.vex('vpcmpeqd', 1, 2, 3)],
  ['vpcmpgtd ymm1, ymm2, ymm3', 'c5 ed 66 cb', (a) => a.vex('vpcmpgtd', 1, 2, 3)],
  ['vpslld ymm1, ymm2, 23', 'c5 f5 72 f2 17', (a) => a.vex('vpshiftd', 6, 1, 2, 23)],
  ['vpsrad ymm1, ymm10, 1', 'c4 c1 75 72 e2 01', (a) => a.vex('vpshiftd', 4, 1, 10, 1)],
  ['vpsrld ymm9, ymm2, 31', 'c5 b5 72 d2 1f', (a) => a.vex('vpshiftd', 2, 9, 2, 31)],
  ['vmovaps ymm1, ymm2', 'c5 fc 28 ca', (a) => a.vex('vmovaps', 1, 0, 2)],
  ['vmovups ymm1, [r15+rbx*1]', 'c4 c1 7c 10 0c 1f', (a) => a.vex('vmovups', 1, 0, { base: r15, index: rbx, offset: 0 })],
  ['vmovups [rsp+0x60], ymm15', 'c5 7c 11 7c 24 60', (a) => a.vex('vmovups.store', 15, 0, { base: rsp, offset: 96 })],
  ['vmovss xmm1, [r15+r9*1]', 'c4 81 7a 10 0c 0f', (a) => a.vex('vmovss', 1, 0, { base: r15, index: r9, offset: 0 })],
  ['vmovss [r15+rcx*1], xmm8', 'c4 41 7a 11 04 0f', (a) => a.vex('vmovss.store', 8, 0, { base: r15, index: rcx, offset: 0 })],
  ['vmovd xmm3, r10d', 'c4 c1 79 6e da', (a) => a.vex('vmovd', 3, 0, r10)],
  ['vmovd r10d, xmm3', 'c4 c1 79 7e da', (a) => a.vex('vmovd.get', 3, 0, r10)],
  ['vpextrd eax, xmm9, 3', 'c4 63 79 16 c8 03', (a) => a.vex('vpextrd', 9, 0, rax, 3)],
  ['vmovq [r15+rcx*1], xmm2', 'c4 c1 79 d6 14 0f', (a) => a.vex('vmovq.store', 2, 0, { base: r15, index: rcx, offset: 0 })],
  ['vbroadcastss ymm1, [r14+0x24]', 'c4 c2 7d 18 4e 24', (a) => a.vex('vbroadcastss', 1, 0, { base: r14, offset: 36 })],
  ['vbroadcastss ymm1, xmm2', 'c4 e2 7d 18 ca', (a) => a.vex('vbroadcastss', 1, 0, 2)],
  ['vpbroadcastd ymm1, xmm2', 'c4 e2 7d 58 ca', (a) => a.vex('vpbroadcastd', 1, 0, 2)],
  ['vpmovzxbd ymm1, [r15+rdi*1]', 'c4 c2 7d 31 0c 3f', (a) => a.vex('vpmovzxbd', 1, 0, { base: r15, index: rdi, offset: 0 })],
  ['vpmovzxwd ymm1, [r15+rdi*1]', 'c4 c2 7d 33 0c 3f', (a) => a.vex('vpmovzxwd', 1, 0, { base: r15, index: rdi, offset: 0 })],
  ['vmovdqu [r15+rcx*1], xmm9', 'c4 41 7a 7f 0c 0f', (a) => a.vex('vmovdqu.store', 9, 0, { base: r15, index: rcx, offset: 0 })],
  ['vinsertps xmm1, xmm2, [r15+rdi*1], 0x30', 'c4 c3 69 21 0c 3f 30', (a) => a.vex('vinsertps', 1, 2, { base: r15, index: rdi, offset: 0 }, 0x30)],
  ['vpinsrb xmm1, xmm2, [r15+rdi*1], 12', 'c4 c3 69 20 0c 3f 0c', (a) => a.vex('vpinsrb', 1, 2, { base: r15, index: rdi, offset: 0 }, 12)],
  ['vpinsrw xmm1, xmm2, [r15+rdi*1], 6', 'c4 c1 69 c4 0c 3f 06', (a) => a.vex('vpinsrw', 1, 2, { base: r15, index: rdi, offset: 0 }, 6)],
  ['vpextrw [r15+rdi*1], xmm9, 0', 'c4 43 79 15 0c 3f 00', (a) => a.vex('vpextrw.store', 9, 0, { base: r15, index: rdi, offset: 0 }, 0)],
  ['vpextrb [r15+rdi*1], xmm9, 0', 'c4 43 79 14 0c 3f 00', (a) => a.vex('vpextrb.store', 9, 0, { base: r15, index: rdi, offset: 0 }, 0)],
  ['vinsertf128 ymm1, ymm2, xmm3, 1', 'c4 e3 6d 18 cb 01', (a) => a.vex('vinsertf128', 1, 2, 3, 1)],
  ['vperm2f128 ymm1, ymm2, ymm2, 0x11', 'c4 e3 6d 06 ca 11', (a) => a.vex('vperm2f128', 1, 2, 2, 0x11)],
  ['vpermilps ymm1, ymm2, 0xaa', 'c4 e3 7d 04 ca aa', (a) => a.vex('vpermilps', 1, 0, 2, 0xaa)],
  ['vpshufb ymm1, ymm2, ymm3', 'c4 e2 6d 00 cb', (a) => a.vex('vpshufb', 1, 2, 3)],
  ['vpunpcklqdq xmm1, xmm2, xmm3', 'c5 e9 6c cb', (a) => a.vex('vpunpcklqdq', 1, 2, 3)],
  ['vpunpckldq xmm1, xmm2, xmm3', 'c5 e9 62 cb', (a) => a.vex('vpunpckldq', 1, 2, 3)],
  ['vunpcklps ymm1, ymm2, ymm13', 'c4 c1 6c 14 cd', (a) => a.vex('vunpcklps', 1, 2, 13)],
  ['vunpckhps ymm9, ymm2, ymm3', 'c5 6c 15 cb', (a) => a.vex('vunpckhps', 9, 2, 3)],
  ['vshufps ymm1, ymm2, ymm3, 0x44', 'c5 ec c6 cb 44', (a) => a.vex('vshufps', 1, 2, 3, 0x44)],
  ['movsxd r12, r12d', '4d 63 e4', (a) => a.integer('movsxd', r12, r12, true)],
  ['vmovups zmm17, [rdi+0x80]', '62 e1 7c 48 10 4f 02', (a) => a.evex('vmovups', 17, 0, { base: rdi, offset: 128 })],
  ['vmovups zmm3, [r15+rax*1+0x44]', '62 d1 7c 48 10 9c 07 44 00 00 00', (a) => a.evex('vmovups', 3, 0, { base: r15, index: rax, offset: 68 })],
  ['vmovups [r8], zmm31', '62 41 7c 48 11 38', (a) => a.evex('vmovups.store', 31, 0, { base: r8, offset: 0 })],
  ['vbroadcastss zmm30, [rsi+r12*4+0x1c]', '62 22 7d 48 18 74 a6 07', (a) => a.evex('vbroadcastss', 30, 0, { base: rsi, index: r12, scale: 2, offset: 28 })],
  ['vbroadcastss zmm1, [r13+0x0]', '62 d2 7d 48 18 4d 00', (a) => a.evex('vbroadcastss', 1, 0, { base: r13, offset: 0 })],
  ['vfmadd231ps zmm5, zmm30, zmm28', '62 92 0d 40 b8 ec', (a) => a.evex('vfmadd231ps', 5, 30, 28)],
  ['vfmadd231ps zmm25, zmm2, zmm11', '62 42 6d 48 b8 cb', (a) => a.evex('vfmadd231ps', 25, 2, 11)],
  ['vpxord zmm31, zmm31, zmm31', '62 01 05 40 ef ff', (a) => a.evex('vpxord', 31, 31, 31)],
  ['vaddps zmm1, zmm18, zmm27', '62 91 6c 40 58 cb', (a) => a.evex('vaddps', 1, 18, 27)],
  ['vsubps zmm24, zmm0, [rsp+0x40]', '62 61 7c 48 5c 44 24 01', (a) => a.evex('vsubps', 24, 0, { base: rsp, offset: 64 })],
  ['vmulps zmm0, zmm15, [rsp+0x60]', '62 f1 04 48 59 84 24 60 00 00 00', (a) => a.evex('vmulps', 0, 15, { base: rsp, offset: 96 })],
  ['vdivps zmm4, zmm5, [r12]', '62 d1 54 48 5e 24 24', (a) => a.evex('vdivps', 4, 5, { base: r12, offset: 0 })],
  ['vminps zmm20, zmm5, zmm13', '62 c1 54 48 5d e5', (a) => a.evex('vminps', 20, 5, 13)],
  ['vmaxps zmm14, zmm30, zmm6', '62 71 0c 40 5f f6', (a) => a.evex('vmaxps', 14, 30, 6)],
  ['vsqrtps zmm4, zmm25', '62 91 7c 48 51 e1', (a) => a.evex('vsqrtps', 4, 0, 25)],
  ['vcmpps k3, zmm22, zmm3, 0x1d', '62 f1 4c 40 c2 db 1d', (a) => a.evex('vcmpps', 3, 22, 3, 0x1d)],
  ['vrndscaleps zmm1, zmm18, 9', '62 b3 7d 48 08 ca 09', (a) => a.evex('vroundps', 1, 0, 18, 9)],
  ['vcvtdq2ps zmm19, zmm4', '62 e1 7c 48 5b dc', (a) => a.evex('vcvtdq2ps', 19, 0, 4)],
  ['vcvttps2dq zmm3, zmm28', '62 91 7e 48 5b dc', (a) => a.evex('vcvttps2dq', 3, 0, 28)],
  ['vfmadd132ps zmm1, zmm18, [r15+r8*1]', '62 92 6d 40 98 0c 07', (a) => a.evex('vfmadd132ps', 1, 18, { base: r15, index: r8, offset: 0 })],
  ['vfmadd213ps zmm17, zmm2, zmm3', '62 e2 6d 48 a8 cb', (a) => a.evex('vfmadd213ps', 17, 2, 3)],
  ['vandps zmm1, zmm16, zmm3', '62 f1 7c 40 54 cb', (a) => a.evex('vandps', 1, 16, 3)],
  ['vorps zmm1, zmm2, zmm31', '62 91 6c 48 56 cf', (a) => a.evex('vorps', 1, 2, 31)],
  ['vxorps zmm23, zmm23, zmm23', '62 a1 44 40 57 ff', (a) => a.evex('vxorps', 23, 23, 23)],
  ['vpaddd zmm1, zmm17, zmm3', '62 f1 75 40 fe cb', (a) => a.evex('vpaddd', 1, 17, 3)],
  ['vpsubd zmm1, zmm2, zmm19', '62 b1 6d 48 fa cb', (a) => a.evex('vpsubd', 1, 2, 19)],
  ['vpmulld zmm21, zmm2, zmm3', '62 e2 6d 48 40 eb', (a) => a.evex('vpmulld', 21, 2, 3)],
  ['vpminsd zmm1, zmm2, zmm16', '62 b2 6d 48 39 c8', (a) => a.evex('vpminsd', 1, 2, 16)],
  ['vpmaxsd zmm16, zmm2, zmm3', '62 e2 6d 48 3d c3', (a) => a.evex('vpmaxsd', 16, 2, 3)],
  ['vpcmpeqd k1, zmm2, zmm30', '62 91 6d 48 76 ce', (a) => a.evex('vpcmpeqd', 1, 2, 30)],
  ['vpcmpgtd k7, zmm20, zmm3', '62 f1 5d 40 66 fb', (a) => a.evex('vpcmpgtd', 7, 20, 3)],
  ['vpcmpd k2, zmm20, zmm3, 2', '62 f3 5d 40 1f d3 02', (a) => a.evex('vpcmpd', 2, 20, 3, 2)],
  ['vpcmpud k2, zmm2, [r14+0x40], 1', '62 d3 6d 48 1e 56 01 01', (a) => a.evex('vpcmpud', 2, 2, { base: r14, offset: 64 }, 1)],
  ['vpslld zmm1, zmm18, 23', '62 b1 75 48 72 f2 17', (a) => a.evex('vpshiftd', 6, 1, 18, 23)],
  ['vpsrad zmm17, zmm10, 1', '62 d1 75 40 72 e2 01', (a) => a.evex('vpshiftd', 4, 17, 10, 1)],
  ['vpsrld zmm9, zmm2, 31', '62 f1 35 48 72 d2 1f', (a) => a.evex('vpshiftd', 2, 9, 2, 31)],
  ['vmovaps zmm1, zmm22', '62 b1 7c 48 28 ce', (a) => a.evex('vmovaps', 1, 0, 22)],
  ['vmovaps zmm1{k5}{z}, zmm22', '62 b1 7c cd 28 ce', (a) => a.evex('vmovaps', 1, 0, 22, undefined, { mask: 5, zero: true })],
  ['vmovups [r15+rax*1+0x40]{k1}, zmm17', '62 c1 7c 49 11 4c 07 01', (a) => a.evex('vmovups.store', 17, 0, { base: r15, index: rax, offset: 64 }, undefined, { mask: 1 })],
  ['vmovntps [r15+rax*1], zmm17', '62 c1 7c 48 2b 0c 07', (a) => a.evex('vmovntps.store', 17, 0, { base: r15, index: rax, offset: 0 })],
  ['vmovss xmm21, [r15+r9*1+0x4]', '62 81 7e 08 10 6c 0f 01', (a) => a.evex('vmovss', 21, 0, { base: r15, index: r9, offset: 4 })],
  ['vmovss [r15+rcx*1+0x8], xmm28', '62 41 7e 08 11 64 0f 02', (a) => a.evex('vmovss.store', 28, 0, { base: r15, index: rcx, offset: 8 })],
  ['vmovd xmm23, r10d', '62 c1 7d 08 6e fa', (a) => a.evex('vmovd', 23, 0, r10)],
  ['vmovd r10d, xmm23', '62 c1 7d 08 7e fa', (a) => a.evex('vmovd.get', 23, 0, r10)],
  ['vpextrd eax, xmm29, 3', '62 63 7d 08 16 e8 03', (a) => a.evex('vpextrd', 29, 0, rax, 3)],
  ['vpbroadcastd zmm16, xmm2', '62 e2 7d 48 58 c2', (a) => a.evex('vpbroadcastd', 16, 0, 2)],
  ['vpbroadcastd zmm1, [r14+0x24]', '62 d2 7d 48 58 4e 09', (a) => a.evex('vpbroadcastd', 1, 0, { base: r14, offset: 36 })],
  ['vpmovzxbd zmm17, [r15+rdi*1+0x10]', '62 c2 7d 48 31 4c 3f 01', (a) => a.evex('vpmovzxbd', 17, 0, { base: r15, index: rdi, offset: 16 })],
  ['vpmovzxwd zmm1, [r15+rdi*1+0x20]', '62 d2 7d 48 33 4c 3f 01', (a) => a.evex('vpmovzxwd', 1, 0, { base: r15, index: rdi, offset: 32 })],
  ['vinsertps xmm17, xmm2, [r15+rdi*1+0x4], 0x30', '62 c3 6d 08 21 4c 3f 01 30', (a) => a.evex('vinsertps', 17, 2, { base: r15, index: rdi, offset: 4 }, 0x30)],
  ['vpinsrb xmm1, xmm18, [r15+rdi*1+0x3], 12', '62 d3 6d 00 20 4c 3f 03 0c', (a) => a.evex('vpinsrb', 1, 18, { base: r15, index: rdi, offset: 3 }, 12)],
  ['vpinsrw xmm17, xmm2, [r15+rdi*1+0x2], 6', '62 c1 6d 08 c4 4c 3f 01 06', (a) => a.evex('vpinsrw', 17, 2, { base: r15, index: rdi, offset: 2 }, 6)],
  ['vpextrw [r15+rdi*1+0x2], xmm29, 0', '62 43 7d 08 15 6c 3f 01 00', (a) => a.evex('vpextrw.store', 29, 0, { base: r15, index: rdi, offset: 2 }, 0)],
  ['vpextrb [r15+rdi*1+0x1], xmm29, 0', '62 43 7d 08 14 6c 3f 01 00', (a) => a.evex('vpextrb.store', 29, 0, { base: r15, index: rdi, offset: 1 }, 0)],
  ['vpermilps zmm1, zmm18, 0xaa', '62 b3 7d 48 04 ca aa', (a) => a.evex('vpermilps', 1, 0, 18, 0xaa)],
  ['vshufps zmm17, zmm2, zmm3, 0x88', '62 e1 6c 48 c6 cb 88', (a) => a.evex('vshufps', 17, 2, 3, 0x88)],
  ['vshuff32x4 zmm1, zmm2, zmm19, 0x4e', '62 b3 6d 48 23 cb 4e', (a) => a.evex('vshuff32x4', 1, 2, 19, 0x4e)],
  ['valignd zmm17, zmm2, zmm30, 4', '62 83 6d 48 03 ce 04', (a) => a.evex('valignd', 17, 2, 30, 4)],
  ['vinsertf32x4 zmm1, zmm18, xmm3, 2', '62 f3 6d 40 18 cb 02', (a) => a.evex('vinsertf32x4', 1, 18, 3, 2)],
  ['vblendmps zmm1{k2}, zmm18, zmm3', '62 f2 6d 42 65 cb', (a) => a.evex('vblendmps', 1, 18, 3, undefined, { mask: 2 })],
  ['vblendmps zmm1{k7}, zmm2, [rsp+0x80]', '62 f2 6d 4f 65 4c 24 02', (a) => a.evex('vblendmps', 1, 2, { base: rsp, offset: 128 }, undefined, { mask: 7 })],
  ['vpmovm2d zmm25, k3', '62 62 7e 48 38 cb', (a) => a.evex('vpmovm2d', 25, 0, 3)],
  ['vpmovd2m k3, zmm25', '62 92 7e 48 39 d9', (a) => a.evex('vpmovd2m', 3, 0, 25)],
  ['vpmovdb [r15+rcx*1+0x10], zmm18', '62 c2 7e 48 31 54 0f 01', (a) => a.evex('vpmovdb.store', 18, 0, { base: r15, index: rcx, offset: 16 })],
  ['vpmovdw [r15+rcx*1+0x20]{k4}, zmm2', '62 d2 7e 4c 33 54 0f 01', (a) => a.evex('vpmovdw.store', 2, 0, { base: r15, index: rcx, offset: 32 }, undefined, { mask: 4 })],
  ['kandw k1, k2, k3', 'c5 ec 41 cb', (a) => a.vex('kandw', 1, 2, 3)],
  ['korw k4, k5, k6', 'c5 d4 45 e6', (a) => a.vex('korw', 4, 5, 6)],
  ['kxorw k7, k1, k2', 'c5 f4 47 fa', (a) => a.vex('kxorw', 7, 1, 2)],
  ['knotw k1, k2', 'c5 f8 44 ca', (a) => a.vex('knotw', 1, 0, 2)],
  ['kmovw k3, k4', 'c5 f8 90 dc', (a) => a.vex('kmovw', 3, 0, 4)],
  ['kmovw k3, [rsp+0x24]', 'c5 f8 90 5c 24 24', (a) => a.vex('kmovw', 3, 0, { base: rsp, offset: 36 })],
  ['kmovw [rsp+0x24], k5', 'c5 f8 91 6c 24 24', (a) => a.vex('kmovw.store', 5, 0, { base: rsp, offset: 36 })],
  ['kmovw k3, r9d', 'c4 c1 78 92 d9', (a) => a.vex('kmovw.set', 3, 0, r9)],
]

test.each(rows)('%s', (_, bytes, write) => {
  expect(bytesOf(write)).toBe(bytes)
})

test('jumps and data are reached by their distance', () => {
  const [ahead, back, data] = [new Label(), new Label(), new Label()]
  const bytes = bytesOf((a) => {
    a.bind(back)
    a.jump(ahead)
    a.jump(back, 'l')
    a.bind(ahead)
    a.vex('vcmpps', 1, 2, data, 0x11)
    a.vex('vmovaps', 9, 0, data)
    a.align(32)
    a.bind(data)
    a.word(-2)
  })
  // jmp 11; jl 0; vcmplt_oqps ymm1, ymm2, [rip+0xc]; vmovaps ymm9, [rip+0x4]; int3
  expect(bytes).toBe(
    'e9 06 00 00 00 0f 8c f5 ff ff ff c5 ec c2 0d 0c 00 00 00 11 c5 7c 28 0d 04 00 00 00 ' +
      'cc cc cc cc fe ff ff ff',
  )
})

test('a label without a place is refused', () => {
  expect(() => bytesOf((a) => a.jump(new Label()))).toThrow('a label has no place')
})
