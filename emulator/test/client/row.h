/* One line of JSON for each thing tried: {"row": name, "errno": n, "status": n, "syndrome": n}. */
#ifndef ROW_H
#define ROW_H

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096u

static uint8_t in[262144 + 16], out[262144 + 16];

static unsigned be16(const uint8_t *bytes)
{
	return bytes[0] << 8 | bytes[1];
}

static unsigned be32(const uint8_t *bytes)
{
	return be16(bytes) << 16 | be16(bytes + 2);
}

/* A command's inbox with its header; everything else is 0. */
static void command(unsigned opcode, unsigned op_mod)
{
	memset(in, 0, sizeof(in));
	memset(out, 0xee, sizeof(out));
	in[0] = opcode >> 8;
	in[1] = opcode;
	in[6] = op_mod >> 8;
	in[7] = op_mod;
}

/* ACCESS_REG: op_mod 1 reads, 0 writes. */
static void access_reg(unsigned op_mod, unsigned id)
{
	command(0x805, op_mod);
	in[0xa] = id >> 8;
	in[0xb] = id;
}

static void row(const char *name, int result)
{
	int failed = result < 0 ? errno : 0;

	if (failed)
		printf("{\"row\": \"%s\", \"errno\": %d}\n", name, failed);
	else
		printf("{\"row\": \"%s\", \"errno\": 0, \"status\": %u, \"syndrome\": %u}\n", name, out[0], be32(out + 4));
}

static void fact(const char *name, unsigned long value)
{
	printf("{\"row\": \"%s\", \"value\": %lu}\n", name, value);
}

/* Two pages of which only the first is there. */
static uint8_t *page_before_nothing(int protection)
{
	uint8_t *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		exit(3);
	mprotect(pages, PAGE, protection);
	mprotect(pages + PAGE, PAGE, PROT_NONE);
	return pages;
}

/* Gives one capability up for good. */
static void drop_capability(int number)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		exit(3);
	data[number / 32].effective &= ~(1u << number % 32);
	data[number / 32].permitted &= ~(1u << number % 32);
	if (syscall(SYS_capset, &header, data))
		exit(3);
}

#endif
