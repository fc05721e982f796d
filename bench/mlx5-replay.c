/* Issues the inboxes of a dump in a loop, as the plainest client would: the measure for what a dump costs beyond its
 * commands.
 *
 *   mlx5-replay DEVICE FILE
 *
 * FILE holds the commands one after another: inbox length, outbox length (u32, host order), inbox. DEVICE is a node of
 * mlx5ctl (V4) or, with "fwctl" in its name, of fwctl. For each line on stdin issues them all once and prints the
 * nanoseconds from before the first to after the last, on a line. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

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

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + t.tv_nsec;
}

static int issue(int fd, int fwctl, uint8_t *in, uint32_t in_len, uint8_t *out, uint32_t out_len)
{
	if (fwctl) {
		struct fwctl_rpc rpc = { sizeof(rpc), 1, in_len, out_len, (uintptr_t)in, (uintptr_t)out };
		return ioctl(fd, FWCTL_RPC, &rpc);
	}
	struct mlx5ctl_cmdrpc rpc = { (uintptr_t)in, (uintptr_t)out, in_len, out_len };
	return ioctl(fd, MLX5CTL_CMDRPC, &rpc);
}

int main(int argc, char **argv)
{
	static uint8_t commands[1 << 22], out[1 << 16];
	char line[16];
	if (argc != 3) {
		fprintf(stderr, "usage: mlx5-replay DEVICE FILE\n");
		return 2;
	}
	int fwctl = strstr(argv[1], "fwctl") != NULL;
	int fd = open(argv[1], O_RDWR | O_CLOEXEC), file = open(argv[2], O_RDONLY);
	ssize_t length = file < 0 ? -1 : read(file, commands, sizeof(commands));
	if (fd < 0 || length <= 0) {
		perror(fd < 0 ? argv[1] : argv[2]);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		uint64_t start = now_ns();
		for (uint8_t *at = commands; at < commands + length;) {
			uint32_t lengths[2];
			memcpy(lengths, at, sizeof(lengths));
			if (issue(fd, fwctl, at + sizeof(lengths), lengths[0], out, lengths[1])) {
				perror("ioctl");
				return 1;
			}
			at += sizeof(lengths) + lengths[0];
		}
		printf("%llu\n", (unsigned long long)(now_ns() - start));
		fflush(stdout);
	}
	return 0;
}
