import { type Enumeration, layoutOf } from './layout.ts';
import { readLayoutData } from './layoutData.ts';

/** An access register (ACCESS_REG, 0x805) of the register database. */
export interface RegisterLayout {
  readonly id: number;
  /** As the database's list of ids has it, e.g. `PPCNT`. */
  readonly name: string;
  /** Name of its layout, e.g. `ppcnt_reg_ext`. */
  readonly layout: string;
  readonly bytes: number;
}

/** A field of a register that tells firmware what to read (INDEX) or how (OP). */
export interface OperandField {
  /** Dotted below nested layouts, with `[i]` in arrays. */
  readonly path: string;
  readonly access: 'INDEX' | 'OP' | 'WO' | 'RW' | 'RO' | undefined;
  readonly bit: number;
  readonly width: number;
  readonly enumeration?: Enumeration;
}

let registers: readonly RegisterLayout[] | undefined;
let more: readonly RegisterLayout[] | undefined;
let byName: ReadonlyMap<string, RegisterLayout> | undefined;
let byId: ReadonlyMap<number, RegisterLayout> | undefined;

/** All registers of the database by ascending id. */
export function allRegisters(): readonly RegisterLayout[] {
  registers ??= readLayoutData('registers') as RegisterLayout[];
  return registers;
}

/** Registers that the database has not, but the kernel's headers, the mlx5ctl tool or an older edition of the database
 * have; of the latter only name and length are public, and their layout has no fields. They are found by name and id, and
 * are not among all registers: nothing sweeps over them. */
export function registersOutsideDatabase(): readonly RegisterLayout[] {
  more ??= readLayoutData('moreRegisters') as RegisterLayout[];
  return more;
}

/** What a register is read by that nobody here knows: its number and a length. Its layout has the place in which registers
 * of ports mostly have their port, and nothing else. */
export function unknownRegister(id: number, bytes: number): RegisterLayout {
  return { id, name: unknownRegisterName(id), layout: 'unknown_register', bytes };
}

export function unknownRegisterName(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}

export function registerByName(name: string): RegisterLayout | undefined {
  byName ??= new Map([...allRegisters(), ...registersOutsideDatabase()].map((register) => [register.name, register]));
  return byName.get(name);
}

export function registerById(id: number): RegisterLayout | undefined {
  byId ??= new Map([...allRegisters(), ...registersOutsideDatabase()].map((register) => [register.id, register]));
  return byId.get(id);
}

/** Every number in a register outside of its unions, nested layouts and array elements spelt out. */
export function registerOperands(register: RegisterLayout): readonly OperandField[] {
  return operandsOf(register.layout, '', 0);
}

/** The register's INDEX fields outside of unions. */
export function indexFields(register: RegisterLayout): readonly OperandField[] {
  return registerOperands(register).filter((field) => field.access === 'INDEX');
}

function operandsOf(layoutName: string, prefix: string, base: number): readonly OperandField[] {
  return layoutOf(layoutName).fields.flatMap((field) => {
    const count = field.count === 'open' ? 1 : (field.count ?? 1);
    return Array.from({ length: count }, (_, at) => {
      const path = `${prefix}${field.name}${field.count === undefined ? '' : `[${at}]`}`;
      const bit = base + field.bit + at * field.width;
      if (field.layout !== undefined) {
        return layoutOf(field.layout).union === undefined ? operandsOf(field.layout, `${path}.`, bit) : [];
      }
      const { width, access, enumeration } = field;
      return [{ path, access, bit, width, ...(enumeration ? { enumeration } : {}) }];
    }).flat();
  });
}
