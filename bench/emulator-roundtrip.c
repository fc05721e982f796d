/* Round trips through an emulated device, as any program would make them: no library, one ioctl at a time.
 *
 *   emulator-roundtrip DEVICE COMMAND COUNT
 *
 * DEVICE is a node of mlx5ctl (V4) or, with "fwctl" in its name, of fwctl. COMMAND is `issi` (QUERY_ISSI), `reg256`
 * (ACCESS_REG of PPCNT, 256 bytes) or `reg16` (ACCESS_REG of PAOS). Prints one JSON line, times in nanoseconds. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

struct mlx5ctl_cmdrpc {
	uint64_t in, out;
	uint32_t inlen, outlen;
};
#define MLX5CTL_CMDRPC _IOWR(0x5c, 1, struct mlx5ctl_cmdrpc)

struct fwctl_rpc {
	uint32_t size, scope, in_len, out_len;
	uint64_t in, out;
};
#define FWCTL_RPC _IO(0x9a, 1)

static uint8_t in[16 + 256], out[16 + 256];
static uint32_t in_len, out_len;

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static void put16(unsigned at, unsigned value)
{
	in[at] = value >> 8;
	in[at + 1] = value;
}

static int prepare(const char *command)
{
	if (!strcmp(command, "issi")) {
		put16(0, 0x10a);
		in_len = 16;
		out_len = 112;
		return 0;
	}
	int large = !strcmp(command, "reg256");
	if (!large && strcmp(command, "reg16"))
		return -1;
	put16(0, 0x805);
	put16(6, 1); /* read */
	put16(0xa, large ? 0x5008 : 0x5006);
	in[17] = 1; /* local_port */
	in[19] = large ? 0x12 : 0; /* physical layer counters */
	in_len = out_len = 16 + (large ? 256 : 16);
	return 0;
}

static int issue(int fd, int fwctl)
{
	if (fwctl) {
		struct fwctl_rpc rpc = { sizeof(rpc), 1, in_len, out_len, (uintptr_t)in, (uintptr_t)out };
		return ioctl(fd, FWCTL_RPC, &rpc);
	}
	struct mlx5ctl_cmdrpc rpc = { (uintptr_t)in, (uintptr_t)out, in_len, out_len };
	return ioctl(fd, MLX5CTL_CMDRPC, &rpc);
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	if (argc != 4 || prepare(argv[2])) {
		fprintf(stderr, "usage: emulator-roundtrip DEVICE issi|reg16|reg256 COUNT\n");
		return 2;
	}
	int count = atoi(argv[3]), fwctl = strstr(argv[1], "fwctl") != NULL;
	int fd = open(argv[1], O_RDWR);
	uint32_t *times = malloc(count * sizeof(*times));
	if (fd < 0 || !times) {
		perror(argv[1]);
		return 1;
	}
	for (int i = 0; i < count / 5; i++) /* warm up */
		issue(fd, fwctl);
	uint64_t start = now_ns();
	for (int i = 0; i < count; i++) {
		uint64_t before = now_ns();
		if (issue(fd, fwctl) || out[0]) {
			fprintf(stderr, "command failed: errno %d, status %u\n", errno, out[0]);
			return 1;
		}
		times[i] = now_ns() - before;
	}
	uint64_t total = now_ns() - start;
	qsort(times, count, sizeof(*times), by_value);
	printf("{\"count\":%d,\"median\":%u,\"p10\":%u,\"p90\":%u,\"perSecond\":%.0f}\n", count, times[count / 2],
	       times[count / 10], times[count * 9 / 10], count * 1e9 / total);
	return 0;
}
