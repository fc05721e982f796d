/* Asks for one object and prints what firmware answered, in hexadecimal digits.
 * query DEVICE SCOPE OPCODE IN_BYTES OUT_BYTES ID     prints `<errno> <outbox>` */
#include <fcntl.h>

#include "uapi.h"
#include "row.h"

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: query DEVICE SCOPE OPCODE IN_BYTES OUT_BYTES ID\n");
		return 2;
	}
	int device = open(argv[1], O_RDWR);
	uint32_t in_length = strtoul(argv[4], NULL, 0), out_length = strtoul(argv[5], NULL, 0);
	uint32_t id = strtoul(argv[6], NULL, 0);
	struct fwctl_rpc scoped = { sizeof(scoped), strtoul(argv[2], NULL, 0), in_length, out_length,
				    (uintptr_t)in, (uintptr_t)out };
	struct mlx5ctl_cmdrpc plain = { (uintptr_t)in, (uintptr_t)out, in_length, out_length };

	if (device < 0) {
		perror(argv[1]);
		return 1;
	}
	command(strtoul(argv[3], NULL, 0), 0);
	for (int byte = 0; byte < 4; byte++)
		in[8 + byte] = id >> (24 - 8 * byte);
	if (strstr(argv[1], "fwctl") ? ioctl(device, FWCTL_RPC, &scoped) : ioctl(device, MLX5CTL_IOCTL_CMDRPC, &plain)) {
		printf("%d -\n", errno);
		return 0;
	}
	printf("0 ");
	for (unsigned at = 0; at < out_length; at++)
		printf("%02x", out[at]);
	puts("");
	return 0;
}
