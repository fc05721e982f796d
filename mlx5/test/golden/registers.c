/* Golden vectors for the codec. The layouts are written the way the kernel's mlx5_ifc.h writes them: one array element
 * a bit, so that the compiler's offsetof and sizeof give bit positions. They were set down by hand from the register
 * documentation, not from the data that the codec reads.
 *
 * Prints one line a vector: layout, bytes in hex, then path=value pairs. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint8_t u8;

struct paos_bits {
	u8 swid[8]; u8 local_port[8]; u8 reserved_at_10[2]; u8 lp_msb[2]; u8 admin_status[4]; u8 plane_ind[4]; u8 oper_status[4];
	u8 ase[1]; u8 ee[1]; u8 ee_ls[1]; u8 ee_ps[1]; u8 ee_nmxas[1]; u8 reserved_at_25[3]; u8 ls_e[4]; u8 reserved_at_2c[1];
	u8 logical_state_status[3]; u8 ps_e[4]; u8 reserved_at_34[2]; u8 sleep_cap[1]; u8 fd[1]; u8 physical_state_status[4];
	u8 reserved_at_3c[2]; u8 e[2];
	u8 reserved_at_40[64];
};

struct ppcnt_bits {
	u8 swid[8]; u8 local_port[8]; u8 pnat[2]; u8 lp_msb[2]; u8 port_type[4]; u8 reserved_at_18[2]; u8 grp[6];
	u8 clr[1]; u8 lp_gl[1]; u8 counters_cap[1]; u8 reserved_at_23[17]; u8 plane_ind[4]; u8 grp_profile[3]; u8 prio_tc[5];
	u8 a_frames_transmitted_ok[64];
	u8 a_frames_received_ok[64];
	u8 a_frame_check_sequence_errors[64];
	u8 a_alignment_errors[64];
	u8 a_octets_transmitted_ok[64];
	u8 a_octets_received_ok[64];
	u8 rest[1984 - 6 * 64];
};

struct mtmp_bits {
	u8 i[1]; u8 ig[2]; u8 asic_index[4]; u8 reserved_at_7[5]; u8 slot_index[4]; u8 reserved_at_10[4]; u8 sensor_index[12];
	u8 reserved_at_20[16]; u8 temperature[16];
	u8 mte[1]; u8 mtr[1]; u8 weme[1]; u8 sdme[1]; u8 reserved_at_44[12]; u8 max_temperature[16];
	u8 tee[2]; u8 sdee[2]; u8 reserved_at_64[12]; u8 temperature_threshold_hi[16];
	u8 reserved_at_80[16]; u8 temperature_threshold_lo[16];
	u8 reserved_at_a0[32];
	u8 sensor_name_hi[32];
	u8 sensor_name_lo[32];
};

struct pmlp_lane_bits { u8 reserved_or_mode[4]; u8 rx_lane[4]; u8 reserved_at_8[4]; u8 tx_lane[4]; u8 reserved_at_10[4]; u8 slot_index[4]; u8 module[8]; };

struct pmlp_bits {
	u8 rxtx[1]; u8 reserved_at_1[2]; u8 m_lane_m[1]; u8 reserved_at_4[4]; u8 local_port[8]; u8 reserved_at_10[2]; u8 lp_msb[2]; u8 plane_ind[4]; u8 width[8];
	struct pmlp_lane_bits lane[8];
	u8 reserved_at_120[0xe0];
};

struct mcia_bits {
	u8 l[1]; u8 reserved_at_1[1]; u8 pnv[1]; u8 reserved_at_3[5]; u8 module[8]; u8 slot_index[4]; u8 reserved_at_14[4]; u8 status[8];
	u8 i2c_device_address[8]; u8 page_number[8]; u8 device_address[16];
	u8 reserved_at_40[3]; u8 passwd_length[1]; u8 bg_mode[1]; u8 reserved_at_45[3]; u8 bank_number[8]; u8 size[16];
	u8 password[32];
	u8 dword[32][32];
	u8 password_msb[32];
};

struct query_hca_cap_in_bits {
	u8 opcode[16]; u8 reserved_at_10[16];
	u8 reserved_at_20[16]; u8 op_mod[16];
	u8 other_function[1]; u8 reserved_at_41[15]; u8 function_id[16];
	u8 reserved_at_60[32];
};

static u8 bytes[1024];

/* Sets bits most significant first, as the header counts them. */
static void set_bits(size_t bit, size_t width, uint64_t value)
{
	for (size_t i = 0; i < width; i++) {
		size_t at = bit + i;
		u8 mask = (u8)(0x80u >> (at % 8));

		if ((value >> (width - 1 - i)) & 1)
			bytes[at / 8] |= mask;
		else
			bytes[at / 8] &= (u8)~mask;
	}
}

static void begin(const char *layout)
{
	static int first = 1;

	printf("%s%s", first ? "" : "\n", layout);
	first = 0;
	memset(bytes, 0, sizeof(bytes));
}

static char pairs[4096];

static void note(const char *path, uint64_t value)
{
	size_t used = strlen(pairs);

	snprintf(pairs + used, sizeof(pairs) - used, " %s=%llu", path, (unsigned long long)value);
}

static void end(size_t bits)
{
	printf(" ");
	for (size_t i = 0; i < bits / 8; i++)
		printf("%02x", bytes[i]);
	printf("%s", pairs);
	pairs[0] = 0;
}

#define SET_AS(type, field, path, value) \
	do { \
		set_bits(offsetof(struct type##_bits, field), sizeof(((struct type##_bits *)0)->field), (value)); \
		note(path, (value)); \
	} while (0)
#define SET(type, field, value) SET_AS(type, field, #field, value)

#define END(type) end(sizeof(struct type##_bits))

int main(void)
{
	begin( "paos_reg_ext");
	SET(paos, swid, 0xa5);
	SET(paos, local_port, 0x81);
	SET(paos, lp_msb, 2);
	SET(paos, admin_status, 6);
	SET(paos, plane_ind, 9);
	SET(paos, oper_status, 4);
	SET(paos, ase, 1);
	SET(paos, ee_ps, 1);
	SET(paos, ls_e, 0xa);
	SET(paos, logical_state_status, 4);
	SET(paos, ps_e, 5);
	SET(paos, fd, 1);
	SET(paos, physical_state_status, 5);
	SET(paos, e, 2);
	END(paos);

	begin("ppcnt_reg_ext");
	SET(ppcnt, local_port, 3);
	SET(ppcnt, pnat, 1);
	SET(ppcnt, grp, 0);
	SET(ppcnt, lp_gl, 1);
	SET(ppcnt, prio_tc, 0x15);
#define COUNTER(field, value) SET_AS(ppcnt, field, "counter_set.eth_802_3_cntrs_grp_data_layout_ext." #field, value)
	COUNTER(a_frames_transmitted_ok, 0x0123456789abcdefULL);
	COUNTER(a_frames_received_ok, 0xffffffffffffffffULL);
	COUNTER(a_alignment_errors, 1);
	COUNTER(a_octets_received_ok, 0x100000000ULL);
	END(ppcnt);

	begin("mtmp_ext");
	SET(mtmp, i, 1);
	SET(mtmp, ig, 2);
	SET(mtmp, asic_index, 5);
	SET(mtmp, slot_index, 9);
	SET(mtmp, sensor_index, 0xabc);
	SET(mtmp, temperature, 0xffe6);
	SET(mtmp, mtr, 1);
	SET(mtmp, max_temperature, 0x1f0);
	SET(mtmp, tee, 1);
	SET(mtmp, sdee, 2);
	SET(mtmp, temperature_threshold_hi, 0x348);
	SET(mtmp, temperature_threshold_lo, 0x320);
	SET(mtmp, sensor_name_lo, 0x61736963);
	END(mtmp);

	begin("pmlp_reg_ext");
	SET(pmlp, local_port, 1);
	SET(pmlp, width, 4);
	SET_AS(pmlp, lane[0].module, "lane_module_mapping[0].module", 0x12);
	SET_AS(pmlp, lane[1].tx_lane, "lane_module_mapping[1].tx_lane", 7);
	SET_AS(pmlp, lane[7].rx_lane, "lane_module_mapping[7].rx_lane", 0xf);
	SET_AS(pmlp, lane[7].slot_index, "lane_module_mapping[7].slot_index", 3);
	END(pmlp);

	begin("mcia_ext");
	SET(mcia, module, 2);
	SET(mcia, status, 9);
	SET(mcia, i2c_device_address, 0x50);
	SET(mcia, page_number, 0x11);
	SET(mcia, device_address, 0x80);
	SET(mcia, bank_number, 4);
	SET(mcia, bg_mode, 1);
	SET(mcia, size, 48);
	SET_AS(mcia, dword[0], "dword[0]", 0x18030405);
	SET_AS(mcia, dword[31], "dword[31]", 0xdeadbeef);
	SET(mcia, password_msb, 0x01020304);
	END(mcia);

	begin("query_hca_cap_in");
	SET(query_hca_cap_in, opcode, 0x100);
	SET(query_hca_cap_in, op_mod, 0x1b);
	SET(query_hca_cap_in, other_function, 1);
	SET(query_hca_cap_in, function_id, 0x8001);
	END(query_hca_cap_in);
	printf("\n");
	return 0;
}
