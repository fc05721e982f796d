/** What firmware's health buffer means by its syndrome.
 * @source drivers/net/ethernet/mellanox/mlx5/core/health.c, hsynd_str */
const SYNDROMES: ReadonlyMap<number, string> = new Map([
  [0x0, 'none'],
  [0x1, 'firmware internal error'],
  [0x7, 'irisc not responding'],
  [0x8, 'unrecoverable hardware error'],
  [0x9, 'firmware CRC error'],
  [0xa, 'ICM fetch PCI error'],
  [0xb, 'hardware fatal error (FT/ICM page)'],
  [0xc, 'async EQ buffer overrun'],
  [0xd, 'EQ error'],
  [0xe, 'invalid EQ referenced'],
  [0xf, 'FFSER error'],
  [0x10, 'high temperature'],
  [0x12, 'ICM fetch PCI data poisoned'],
  [0x13, 'trust lockdown error'],
]);

export function syndromeText(syndrome: number): string {
  return SYNDROMES.get(syndrome) ?? 'unrecognised';
}
