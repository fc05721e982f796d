/* Reads registers and prints the raw bytes that firmware gave.
 *
 *   register DEVICE LENGTH ID INPUT [PAUSE]
 *
 * INPUT is the beginning of the register's data in hex, `-` for none. Prints `open` when the file is open, then waits
 * for a line on stdin if PAUSE is given, then prints `<errno> <status> <syndrome> <bytes in hex>`. */
#include <fcntl.h>

#include "uapi.h"
#include "row.h"

static int issue(int device, int fwctl, uint32_t length)
{
	struct fwctl_rpc scoped = { sizeof(scoped), 1, length, length, (uintptr_t)in, (uintptr_t)out };
	struct mlx5ctl_cmdrpc plain = { (uintptr_t)in, (uintptr_t)out, length, length };

	return fwctl ? ioctl(device, FWCTL_RPC, &scoped) : ioctl(device, MLX5CTL_IOCTL_CMDRPC, &plain);
}

int main(int argc, char **argv)
{
	if (argc < 5) {
		fprintf(stderr, "usage: register DEVICE LENGTH ID INPUT [PAUSE]\n");
		return 2;
	}
	unsigned length = strtoul(argv[2], NULL, 0);
	int device = open(argv[1], O_RDWR);

	if (device < 0) {
		perror(argv[1]);
		return 1;
	}
	puts("open");
	fflush(stdout);
	if (argc > 5)
		getchar();
	access_reg(1, strtoul(argv[3], NULL, 0));
	for (unsigned at = 0; argv[4][0] != '-' && argv[4][2 * at]; at++)
		sscanf(argv[4] + 2 * at, "%2hhx", in + 16 + at);
	if (issue(device, strstr(argv[1], "fwctl") != NULL, 16 + length)) {
		printf("%d\n", errno);
		return 0;
	}
	printf("0 %u %u ", out[0], be32(out + 4));
	for (unsigned at = 0; at < length; at++)
		printf("%02x", out[16 + at]);
	puts("");
	return 0;
}
