/* Runs a resource dump as any program would, through the register or into memory, and takes its segments apart.
 * dump DEVICE TYPE INDEX1 COUNT1 [BYTES OF MEMORY]     then one line of hexadecimal digits: the dump */
#include <fcntl.h>

#include "uapi.h"
#include "row.h"

#define VARIANT 0x17
#define MOST (64u * 1024 * 1024)

static int device, is_fwctl;
static uint8_t *dump;
static unsigned dumped, commands;

static void be32_to(uint8_t *bytes, uint32_t value)
{
	bytes[0] = value >> 24;
	bytes[1] = value >> 16;
	bytes[2] = value >> 8;
	bytes[3] = value;
}

static void be64_to(uint8_t *bytes, uint64_t value)
{
	be32_to(bytes, value >> 32);
	be32_to(bytes + 4, value);
}

static int rpc(uint32_t in_length, uint32_t out_length)
{
	struct fwctl_rpc scoped = { sizeof(scoped), 1, in_length, out_length, (uintptr_t)in, (uintptr_t)out };
	struct mlx5ctl_cmdrpc plain = { (uintptr_t)in, (uintptr_t)out, in_length, out_length };

	return is_fwctl ? ioctl(device, FWCTL_RPC, &scoped) : ioctl(device, MLX5CTL_IOCTL_CMDRPC, &plain);
}

/* A key over all of the memory. */
static uint32_t key_to(const uint8_t *memory, uint32_t length)
{
	struct mlx5ctl_umem_reg reg = { .addr = (uintptr_t)memory, .len = length };
	uint32_t pd;

	if (ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg))
		exit(4);
	command(0x800, 0);
	if (rpc(16, 16) || out[0])
		exit(5);
	pd = be32(out + 8) & 0xffffff;
	command(0x200, 0);
	be32_to(in + 0xc, 1u << 30);
	be32_to(in + 0x10, 1u << 8 | 1u << 10 | 1u << 11);
	be32_to(in + 0x14, 0xffffffu << 8 | VARIANT);
	be32_to(in + 0x1c, pd);
	be64_to(in + 0x20, (uintptr_t)memory);
	be64_to(in + 0x28, length);
	be32_to(in + 0x64, reg.umem_id);
	if (rpc(272, 16) || out[0])
		exit(6);
	return (be32(out + 8) & 0xffffff) << 8 | VARIANT;
}

/* Until more_dump is 0: what a reply says goes into the next request. Returns whether nothing was out of order. */
static int collect(const uint8_t *memory, uint32_t length, uint32_t mkey)
{
	unsigned type = be16(in + 16 + 2), sequence = 0;
	uint8_t kept[0x18] = { 0 };

	memcpy(kept, in + 16 + 8, sizeof(kept));
	for (int more = 0;; more = 1) {
		access_reg(1, 0xc000);
		in[16] = more << 7 | (memory == NULL) << 6;
		in[17] = sequence;
		in[18] = type >> 8;
		in[19] = type;
		memcpy(in + 16 + 8, kept, sizeof(kept));
		be32_to(in + 16 + 0x20, mkey);
		be32_to(in + 16 + 0x24, length);
		be64_to(in + 16 + 0x28, (uintptr_t)memory);
		commands++;
		if (rpc(272, 272) || out[0])
			return 0;
		sequence = (sequence + 1) % 16;
		if ((out[17] & 0xf) != sequence)
			return 0;
		uint32_t size = be32(out + 16 + 0x24);
		if (size > length || dumped + size > MOST)
			return 0;
		memcpy(dump + dumped, memory ? memory : out + 16 + 0x30, size);
		dumped += size;
		memcpy(kept, out + 16 + 8, sizeof(kept));
		if (!(out[16] >> 7))
			return 1;
	}
}

/* Lengths lead from segment to segment and end with the dump. */
static unsigned walk(void)
{
	unsigned segments = 0;

	for (unsigned at = 0; at < dumped; segments++) {
		unsigned bytes = be16(dump + at) * 4;

		if (bytes == 0 || at + bytes > dumped)
			return 0;
		at += bytes;
	}
	return segments;
}

int main(int argc, char **argv)
{
	uint8_t *memory = NULL;
	uint32_t length = 208, mkey = 0;

	if (argc < 5 || (device = open(argv[1], O_RDWR)) < 0 || !(dump = malloc(MOST))) {
		perror("usage: dump DEVICE TYPE INDEX1 COUNT1 [BYTES]");
		return 2;
	}
	is_fwctl = strstr(argv[1], "fwctl") != NULL;
	if (argc > 5) {
		length = strtoul(argv[5], NULL, 0);
		memory = aligned_alloc(PAGE, (length + PAGE - 1) / PAGE * PAGE);
		mkey = key_to(memory, length);
	}
	command(0, 0);
	in[18] = strtoul(argv[2], NULL, 0) >> 8;
	in[19] = strtoul(argv[2], NULL, 0);
	be32_to(in + 16 + 8, strtoul(argv[3], NULL, 0));
	in[32] = strtoul(argv[4], NULL, 0) >> 8;
	in[33] = strtoul(argv[4], NULL, 0);
	fact("in order", collect(memory, length, mkey));
	fact("commands", commands);
	fact("bytes", dumped);
	fact("segments", walk());
	if (dumped <= 65536)
		for (unsigned at = 0; at < dumped; at++)
			printf("%02x", dump[at]);
	puts("");
	return 0;
}
