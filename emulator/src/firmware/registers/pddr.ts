import { setBits } from '../layout/bits.ts';
import { type LinkMode, modeBits } from '../state/linkModes.ts';
import { berParts, phyOf } from '../state/phy.ts';
import type { Port } from '../state/port.ts';
import { supportedModes } from '../state/portLimits.ts';
import { refuse } from '../status.ts';
import { moduleInfo } from './pddrModuleInfo.ts';
import { bit } from './portState.ts';
import type { RegisterAccess, RegisterRow } from './registerRow.ts';

/** page_data starts here. */
const DATA = 8;

type Page = (access: RegisterAccess) => void;

/** Link diagnosis (reference 12.5). Pages agree with PAOS, PTYS, PMLP and PMAOS because they ask the same port. */
export const pddr: RegisterRow = {
  name: 'PDDR',
  harmless: ['module_info_ext'],
  checks: { module_ind_type: (value) => value === 0 },
  read: (access) => {
    const page = pages.get(access.field('page_select'));
    if (page === undefined) return refuse('BAD_PARAM', 'PDDR.page_select');
    page(access);
    return {};
  },
};

const pages = new Map<number, Page>([
  [0, operationalInfo],
  [1, troubleshooting],
  [2, phyInfo],
  [3, (access) => access.part('pddr_module_info_ext', DATA, moduleInfo(access))],
  [6, linkDownInfo],
  [8, linkUpInfo],
  // No flag is latched.
  [9, ({ port, part }) => part('module_latched_flag_info_ext', DATA, { rx_los_cap: port.cablePlugged ? 1 : 0 })],
  [11, linkPartner],
]);

function operationalInfo({ port, card, output, part }: RegisterAccess): void {
  const { mode } = port;
  const ethernet = mode.protocol === 'ethernet';
  part('pddr_operation_info_page_ext', DATA, {
    neg_mode_active: port.up ? (ethernet ? 2 : 4) : 0,
    proto_active: port.up ? (ethernet ? 4 : 1) : 0,
    phy_mngr_fsm_state: managerState(port),
    eth_an_fsm_state: ethernet && port.up ? 6 : 0,
    ib_phy_fsm_state: ethernet ? 0 : port.up ? 7 : 8,
    loopback_mode: 0,
    fec_mode_request: 1 << mode.fecBit,
    fec_mode_active: port.up ? mode.fecBit : 0,
    link_health: port.up ? 2 : 0,
  });
  const upTo = (most?: LinkMode): number => {
    const modes = supportedModes(card.model, port, mode.protocol, most);
    return ethernet ? modeBits(modes, 'extEthBit') : modeBits(modes, 'ibBit') | (mode.lanes << 16);
  };
  const enabled = upTo();
  const active = ethernet ? bit(mode, 'extEthBit') : bit(mode, 'ibBit') | (mode.lanes << 16);
  // Unions by proto_active whose members all are one word of mode bits.
  for (const byte of [0x8, 0xc, 0x24, 0x28, 0x2c]) word(output, byte, enabled);
  // The module is one for the speed that the port runs.
  word(output, 0x10, port.cablePlugged ? upTo(mode) : 0);
  word(output, 0x14, port.up ? active : 0);
}

function managerState(port: Port): number {
  if (port.up) return 3;
  return port.adminUp ? 2 : 0;
}

/** Monitor opcodes and their texts, by what keeps the link down. */
const diagnoses = {
  up: { opcode: 0, text: 'No issue observed' },
  closed: { opcode: 1, text: 'The port is closed by command' },
  unplugged: { opcode: 1024, text: 'Cable is unplugged' },
  noPartner: { opcode: 57, text: 'No signal from the link partner' },
} as const;

function diagnose(port: Port): (typeof diagnoses)[keyof typeof diagnoses] {
  if (port.up) return diagnoses.up;
  if (!port.adminUp) return diagnoses.closed;
  return port.cablePlugged ? diagnoses.noPartner : diagnoses.unplugged;
}

function troubleshooting({ port, output, part }: RegisterAccess): void {
  const { opcode, text } = diagnose(port);
  part('pddr_troubleshooting_page_ext', DATA, { group_opcode: 0, status_message: text });
  word(output, 0x4, opcode);
}

function phyInfo({ port, part }: RegisterAccess): void {
  part('pddr_phy_info_page_ext', DATA, {
    negotiation_mask: 0,
    num_of_negotiation_attempts: port.up ? 1 + port.linkDownEvents : 0,
    hw_link_phy_state: port.up ? 0x50 : 0x20,
    pcs_phy_state: port.up ? 0x1 : 0,
    lp_fec_mode_request: port.up ? 1 << port.mode.fecBit : 0,
    lp_fec_mode_support: port.up ? 1 << port.mode.fecBit : 0,
    ib_last_link_down_reason: port.mode.protocol === 'infiniband' && port.linkDownEvents > 0 ? 2 : 0,
    signal_detected: port.up ? 2 ** port.mode.lanes - 1 : 0,
    plu_tx_pwrup: 2 ** port.mode.lanes - 1,
    plu_rx_pwrup: 2 ** port.mode.lanes - 1,
  });
}

/** Link-down reasons: 0 none, 20 remote fault, 22 by command, 23 cable unplugged. */
function downReason(port: Port): { blame: number; intent: number; reason: number } {
  if (!port.adminUp) return { blame: 1, intent: 1, reason: 22 };
  if (port.linkDownEvents === 0 && port.up) return { blame: 0, intent: 0, reason: 0 };
  return port.cablePlugged ? { blame: 2, intent: 2, reason: 20 } : { blame: 1, intent: 2, reason: 23 };
}

function linkDownInfo({ port, part }: RegisterAccess): void {
  const { blame, intent, reason } = downReason(port);
  const phy = phyOf(port, port.activeSeconds());
  const raw = berParts(phy.rawErrors, phy.bits);
  const effective = berParts(phy.effectiveErrors, phy.bits);
  const symbol = berParts(phy.symbolErrors, phy.bits);
  part('pddr_link_down_info_page_ext', DATA, {
    down_blame: blame,
    down_intent: intent,
    local_reason_opcode: reason,
    e2e_reason_opcode: reason,
    last_raw_ber_coef: raw.coef,
    last_raw_ber_magnitude: raw.magnitude,
    min_raw_ber_coef: raw.coef,
    min_raw_ber_magnitude: raw.magnitude,
    max_raw_ber_coef: raw.coef,
    max_raw_ber_magnitude: raw.magnitude,
    last_eff_ber_coef: effective.coef,
    last_eff_ber_magnitude: effective.magnitude,
    min_eff_ber_coef: effective.coef,
    min_eff_ber_magnitude: effective.magnitude,
    max_eff_ber_coef: effective.coef,
    max_eff_ber_magnitude: effective.magnitude,
    last_symbol_ber_coef: symbol.coef,
    last_symbol_ber_magnitude: symbol.magnitude,
    min_symbol_ber_coef: symbol.coef,
    min_symbol_ber_magnitude: symbol.magnitude,
    max_symbol_ber_coef: symbol.coef,
    max_symbol_ber_magnitude: symbol.magnitude,
  });
}

function linkUpInfo({ port, part }: RegisterAccess): void {
  const total = port.up ? port.timeToLinkUpMs : 0;
  part('pddr_link_up_info_page_ext', DATA, {
    up_reason_drv: port.up ? 1 : 0,
    time_to_link_up: total,
    time_to_link_up_disable_to_pd: Math.floor(total * 0.1),
    time_to_link_up_disable_to_sd: Math.floor(total * 0.25),
    time_to_link_up_sd_to_phy_up: Math.floor(total * 0.6),
    time_to_link_up_phy_up_to_active: Math.floor(total * 0.15),
  });
}

function linkPartner({ port, part }: RegisterAccess): void {
  part('pddr_link_partner_info_ext', DATA, {
    info_supported_mask: port.up ? 0b11 : 0,
    partner_local_port: port.up ? 16 + port.number : 0,
    partner_module_type: 0,
  });
}

/** @param byte relative to page_data */
function word(output: Uint8Array, byte: number, value: number): void {
  setBits(output, (DATA + byte) * 8, 32, value >>> 0);
}
