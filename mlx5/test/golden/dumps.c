/* Golden vectors for resource dumps and entries of queues. The structures are set down by hand from the documentation, as
 * drivers write them: bytes and big-endian words, the compiler says where they lie.
 *
 * Prints one line a vector: layout, bytes in hex, then path=value pairs. */
#include <arpa/inet.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t be16;
typedef uint32_t be32;

struct wqe_ctrl { be32 opmod_idx_opcode; be32 qpn_ds; u8 signature; u8 reserved[2]; u8 fm_ce_se; be32 imm; };
struct wqe_data { be32 byte_count; be32 lkey; be32 addr_high; be32 addr_low; };
struct srq_next { u8 reserved0[2]; be16 next_wqe_index; u8 signature; u8 reserved1[11]; };

struct cqe64 {
	u8 tunneled_etc; u8 reserved1; be16 wqe_id;
	u8 lro_tcppsh_abort_dupack; u8 lro_min_ttl; be16 lro_tcp_win; be32 lro_ack_seq_num;
	be32 rss_hash_result; u8 rss_hash_type; u8 ml_path; u8 reserved18[2]; be16 check_sum; be16 slid;
	be32 flags_rqpn; u8 hds_ip_ext; u8 l4_hdr_type_etc; be16 vlan_info;
	be32 srqn_uidx; be32 imm_inval_pkey; u8 reserved40[4]; be32 byte_cnt;
	be32 timestamp_high; be32 timestamp_low; be32 sop_drop_qpn; be16 wqe_counter; u8 signature; u8 op_own;
};

struct err_cqe {
	u8 reserved0[32]; be32 srqn; u8 reserved36[16]; u8 hw_err_synd; u8 hw_synd_type; u8 vendor_err_synd; u8 syndrome;
	be32 s_wqe_opcode_qpn; be16 wqe_counter; u8 signature; u8 op_own;
};

struct eqe { u8 reserved0; u8 type; u8 reserved2; u8 sub_type; be32 reserved4[7]; be32 data[7]; be16 reserved60; u8 signature; u8 owner; };

struct segment_header { be16 length_dw; be16 segment_type; };
struct info_segment { struct segment_header header; u8 reserved4[3]; u8 dump_version; be32 hw_version; be32 fw_version; };
struct command_segment { struct segment_header header; be16 segment_called; be16 vhca_id; be32 index1; be32 index2; be16 num_of_obj1; be16 num_of_obj2; };
struct reference_segment { struct segment_header header; be16 reserved4; be16 reference_segment; be32 index1; be32 index2; be16 num_of_obj1; be16 num_of_obj2; };
struct menu_record { be32 flags_type; char segment_name[16]; char index1_name[16]; char index2_name[16]; };

struct resource_dump {
	be32 control; be16 reserved4; be16 vhca_id; be32 index1; be32 index2; be16 num_of_obj1; be16 num_of_obj2; be32 reserved14;
	be32 opaque_high; be32 opaque_low; be32 mkey; be32 size; be32 address_high; be32 address_low; be32 inline_data[52];
};

_Static_assert(sizeof(struct wqe_ctrl) == 16 && sizeof(struct wqe_data) == 16 && sizeof(struct srq_next) == 16, "segments");
_Static_assert(sizeof(struct cqe64) == 64 && sizeof(struct err_cqe) == 64 && sizeof(struct eqe) == 64, "entries");
_Static_assert(offsetof(struct eqe, data) == 32 && offsetof(struct cqe64, op_own) == 63, "places");
_Static_assert(sizeof(struct command_segment) == 20 && sizeof(struct menu_record) == 52 && sizeof(struct resource_dump) == 256, "dump");

static void print(const char *layout, const void *data, size_t size, const char *pairs)
{
	const u8 *bytes = data;
	printf("%s ", layout);
	for (size_t at = 0; at < size; at++) printf("%02x", bytes[at]);
	printf(" %s\n", pairs);
}

#define VECTOR(layout, what, pairs) print(layout, &(what), sizeof(what), pairs)

int main(void)
{
	struct wqe_ctrl ctrl = { htonl(0x05123408 | 0), htonl(0xabcdef << 8 | 0x2a), 0x77, { 0 }, 4 << 5 | 2 << 2 | 1 << 1, htonl(0x01020304) };
	VECTOR("wqe_ctrl_seg", ctrl, "opmod=5 wqe_index=4660 opcode=8 qpn=11259375 ds=42 signature=119 fm=4 ce=2 se=1 imm=16909060");

	struct wqe_data data = { htonl(0x1000), htonl(0x5a00), htonl(0x7f), htonl(0x80001000) };
	VECTOR("wqe_data_seg", data, "byte_count=4096 lkey=23040 addr=547608334336");

	struct srq_next next = { { 0 }, htons(513), 9, { 0 } };
	VECTOR("wqe_srq_next_seg", next, "next_wqe_index=513 signature=9");

	struct cqe64 cqe = {
		.wqe_id = htons(7), .rss_hash_result = htonl(0xdeadbeef), .rss_hash_type = 3, .ml_path = 4, .check_sum = htons(0xbeef),
		.slid = htons(0x11), .flags_rqpn = htonl(0x80000000u | 0x123456), .vlan_info = htons(0x64), .srqn_uidx = htonl(2u << 24 | 0x99),
		.imm_inval_pkey = htonl(0xffff), .byte_cnt = htonl(1500), .timestamp_high = htonl(1), .timestamp_low = htonl(2),
		.sop_drop_qpn = htonl(0xau << 24 | 0x1048), .wqe_counter = htons(0xfffe), .signature = 0x55, .op_own = 2 << 4 | 3 << 2 | 1 << 1 | 1,
	};
	VECTOR("cqe64", cqe,
	       "wqe_id=7 rss_hash_result=3735928559 rss_hash_type=3 ml_path=4 check_sum=48879 slid=17 flags=128 rqpn=1193046 vlan_info=100 "
	       "lro_num_seg=2 srqn_uidx=153 imm_inval_pkey=65535 byte_cnt=1500 timestamp=4294967298 s_wqe_opcode=10 qpn=4168 "
	       "wqe_counter=65534 signature=85 opcode=2 cqe_format=3 se=1 owner=1");

	struct err_cqe error = {
		.srqn = htonl(0x77), .hw_err_synd = 1, .hw_synd_type = 2, .vendor_err_synd = 0x81, .syndrome = 0x15,
		.s_wqe_opcode_qpn = htonl(0x10u << 24 | 0x104f), .wqe_counter = htons(12), .signature = 3, .op_own = 0xd << 4 | 1,
	};
	VECTOR("err_cqe64", error,
	       "srqn_uidx=119 hw_err_synd=1 hw_synd_type=2 vendor_err_synd=129 syndrome=21 s_wqe_opcode=16 qpn=4175 wqe_counter=12 "
	       "signature=3 opcode=13 owner=1");

	struct eqe event = { .type = 0, .sub_type = 0, .data = { [6] = htonl(0x401) }, .signature = 0xaa, .owner = 1 };
	VECTOR("event_queue_entry", event, "event_data.comp_event.cq_number=1025 signature=170 owner=1");
	struct eqe broken = { .type = 4, .data = { [0] = htonl(0x402), [2] = htonl(1) } };
	VECTOR("event_queue_entry", broken, "event_type=4 event_data.cq_error.cqn=1026 event_data.cq_error.syndrome=1");

	struct info_segment info = { { htons(4), htons(0xfffe) }, { 0 }, 1, htonl(0x218), htonl(0x1c2a03e8) };
	VECTOR("resource_dump_info_segment", info, "segment_header.length_dw=4 segment_header.segment_type=65534 dump_version=1 hw_version=536 fw_version=472515560");

	struct command_segment command = { { htons(5), htons(0xfffa) }, htons(0x1000), htons(3), htonl(0x1048), htonl(1), htons(0xffff), htons(0xfffe) };
	VECTOR("resource_dump_command_segment", command,
	       "segment_header.length_dw=5 segment_header.segment_type=65530 segment_called=4096 vhca_id=3 index1=4168 index2=1 num_of_obj1=65535 num_of_obj2=65534");

	struct reference_segment reference = { { htons(5), htons(0xfffd) }, 0, htons(0x1201), htonl(0x401), 0, 0, htons(0xffff) };
	VECTOR("resource_dump_reference_segment", reference,
	       "segment_header.length_dw=5 segment_header.segment_type=65533 reference_segment=4609 index1=1025 num_of_obj2=65535");

	/* SCHEDQ_INFO of the README sample: index 1, a count of it, "active". */
	struct menu_record record = { htonl(1u << 16 | 1u << 20 | 1u << 23 | 0x1040), "SCHEDQ_INFO", "SCHEDQ_IX", "N/A" };
	VECTOR("resource_dump_menu_record", record,
	       "segment_type=4160 support_index1=1 must_have_index1=0 support_num_of_obj1=1 must_have_num_of_obj1=0 num_of_obj1_supports_all=0 "
	       "num_of_obj1_supports_active=1 support_index2=0 support_num_of_obj2=0 segment_name[0]=1396918341 segment_name[1]=1146183497 "
	       "segment_name[2]=1313230592 index1_name[0]=1396918341 index1_name[1]=1146183497 index1_name[2]=1476395008 index2_name[0]=1311719680");

	struct resource_dump dump = {
		.control = htonl(1u << 31 | 1u << 30 | 0xeu << 16 | 0x1200), .index1 = htonl(0x401), .index2 = htonl(5), .num_of_obj1 = htons(0xfff0),
		.num_of_obj2 = htons(2), .opaque_high = htonl(0x11223344), .opaque_low = htonl(0x55667788), .size = htonl(208),
	};
	VECTOR("resource_dump_ext", dump,
	       "more_dump=1 inline_dump=1 seq_num=14 segment_type=4608 index1=1025 index2=5 num_of_obj1=65520 num_of_obj2=2 "
	       "device_opaque=1234605616436508552 size=208");
	return 0;
}
