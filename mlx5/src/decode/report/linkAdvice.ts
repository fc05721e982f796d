/** What to do about a monitor opcode of PDDR, by what the opcodes of a kind have in common. The meaning of each stands in
 * the table of codes; opcodes that are not here are of no known kind. */
const ADVICE: readonly { readonly opcodes: readonly number[]; readonly advice: string }[] = [
  {
    opcodes: [1, 1033],
    advice: 'Somebody closed the port: open it (`ip link set … up`; for InfiniBand `ibportstate`).',
  },
  {
    opcodes: [2, 3, 4, 38, 39, 60, 69],
    advice: 'Let both ends offer a common speed and FEC, and set auto-negotiation alike on both.',
  },
  {
    opcodes: [5, 6, 7, 8, 62, 63, 64, 65, 66],
    advice: 'The lanes do not train: reseat and clean the cable, try another, check that both ends know the module.',
  },
  { opcodes: [9, 10, 11, 12, 13], advice: 'The two ends do not agree: compare their speed, width and FEC.' },
  { opcodes: [14], advice: 'The other end reports a fault: look at its port and its receiver.' },
  {
    opcodes: [15, 17, 42, 48, 49, 52],
    advice: 'The signal is bad: clean the connectors, reseat, then replace cable or module; compare powers and BER.',
  },
  {
    opcodes: [70],
    advice: 'The bit error ratio is too high: clean the connectors, reseat, then replace cable or module.',
  },
  {
    opcodes: [16, 24, 25, 26, 27, 28, 29, 30, 31, 32, 1025, 1028, 1029, 1036],
    advice: 'Module and port do not fit: use a supported module for this speed, or a speed that the module has.',
  },
  { opcodes: [18, 19, 22, 23, 50, 55], advice: 'Firmware met an error of its own: take a support bundle, then reset.' },
  {
    opcodes: [34, 35, 1043, 1044, 1045, 1046],
    advice: 'The link is slower than it could be: reseat or replace the cable or module.',
  },
  { opcodes: [57], advice: 'Nothing arrives: check that the other end is up, its transmitter on and the fibre whole.' },
  { opcodes: [128], advice: 'The link is coming up: look again in some seconds.' },
  { opcodes: [1024], advice: 'Plug the cable or module.' },
  {
    opcodes: [56, 1026, 1027, 1031, 1042, 1047, 1048],
    advice: 'Reseat the module; if that does not help, replace it.',
  },
  { opcodes: [1030], advice: 'The module is too hot: check the air flow.' },
  {
    opcodes: [1032, 1035, 1040],
    advice: 'The slot does not give the power that the module needs: use a module of a lower class.',
  },
  {
    opcodes: [1034, 1054],
    advice: 'The module is off or in low power by command: enable it (PMAOS, `ethtool --set-module`).',
  },
  { opcodes: [1050, 1051, 1052, 1053], advice: 'The module does not start: power-cycle or replace it.' },
  {
    opcodes: [1055, 1056, 1057, 1058, 1059, 1060, 1061, 1062, 1063],
    advice: 'The external laser source is at fault: check that it is plugged, clean its fibre, replace it.',
  },
];

export function linkAdvice(opcode: number): string | undefined {
  return ADVICE.find(({ opcodes }) => opcodes.includes(opcode))?.advice;
}
