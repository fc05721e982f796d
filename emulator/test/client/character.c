/* What a driver answers that a file on FUSE cannot: mlx5ctl V4 as a character device.
 *
 *   character DEVICE [PAUSE]
 *
 * With PAUSE it prints `open` when it is through, waits for a line on stdin, and tries what a removed device says. */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "uapi.h"
#include "mlx5ctl_postings.h"
#include "row.h"

/* A number that no version has, for a structure of 24 bytes. */
#define UNKNOWN _IOWR(MLX5CTL_IOC_MAGIC, 9, struct mlx5ctl_cmdrpc)

static int device;

static void structures(void)
{
	uint8_t *page = page_before_nothing(PROT_READ | PROT_WRITE);
	uint8_t *fixed = page_before_nothing(PROT_READ | PROT_WRITE);
	struct mlx5ctl_cmdrpc query = { (uintptr_t)in, (uintptr_t)out, 16, 112 };
	struct mlx5ctl_umem_reg reg = { .addr = (uintptr_t)in, .len = PAGE };
	struct mlx5ctl_umem_unreg unreg;

	command(0x10a, 0);
	row("structure at NULL", ioctl(device, MLX5CTL_IOCTL_CMDRPC, NULL));
	memcpy(page + PAGE - sizeof(query), &query, sizeof(query));
	row("structure up to a page border", ioctl(device, MLX5CTL_IOCTL_CMDRPC, page + PAGE - sizeof(query)));
	row("structure over a page border", ioctl(device, MLX5CTL_IOCTL_CMDRPC, page + PAGE - sizeof(query) + 1));
	row("INFO at NULL", ioctl(device, MLX5CTL_IOCTL_INFO, NULL));
	row("INFO over a page border", ioctl(device, MLX5CTL_IOCTL_INFO, page + PAGE - 15));
	row("umem", ioctl(device, MLX5CTL_IOCTL_UMEM_REG, &reg));
	unreg.umem_id = reg.umem_id;
	memcpy(fixed, &query, sizeof(query));
	memcpy(fixed + 64, &reg, sizeof(reg));
	memcpy(fixed + 128, &unreg, sizeof(unreg));
	mprotect(fixed, PAGE, PROT_READ);
	row("INFO into a read-only page", ioctl(device, MLX5CTL_IOCTL_INFO, fixed));
	row("command from a read-only page", ioctl(device, MLX5CTL_IOCTL_CMDRPC, fixed));
	row("umem from a read-only page", ioctl(device, MLX5CTL_IOCTL_UMEM_REG, fixed + 64));
	row("umem taken back from a read-only page", ioctl(device, MLX5CTL_IOCTL_UMEM_UNREG, fixed + 128));
	row("umem taken back by its number alone", ioctl(device, MLX5CTL_IOCTL_UMEM_UNREG, (unsigned long)unreg.umem_id));
}

static void numbers(void)
{
	row("unknown number, structure at NULL", ioctl(device, UNKNOWN, NULL));
	row("INFO of V1, structure at NULL", ioctl(device, V1_INFO, NULL));
	row("CMDRPC of V1, structure at NULL", ioctl(device, V1_CMDRPC, NULL));
}

static void without_admin(void)
{
	fflush(stdout);
	if (fork() == 0) {
		drop_capability(CAP_SYS_ADMIN);
		row("INFO at NULL without CAP_SYS_ADMIN", ioctl(device, MLX5CTL_IOCTL_INFO, NULL));
		row("CMDRPC at NULL without CAP_SYS_ADMIN", ioctl(device, MLX5CTL_IOCTL_CMDRPC, NULL));
		row("unknown number at NULL without CAP_SYS_ADMIN", ioctl(device, UNKNOWN, NULL));
		exit(0);
	}
	wait(NULL);
}

static void removed(void)
{
	puts("open");
	fflush(stdout);
	getchar();
	row("INFO at NULL of a removed device", ioctl(device, MLX5CTL_IOCTL_INFO, NULL));
	row("CMDRPC at NULL of a removed device", ioctl(device, MLX5CTL_IOCTL_CMDRPC, NULL));
	row("unknown number of a removed device", ioctl(device, UNKNOWN, NULL));
}

int main(int argc, char **argv)
{
	struct stat status;

	if (argc < 2 || (device = open(argv[1], O_RDWR)) < 0) {
		perror("usage: character DEVICE [PAUSE]");
		return 2;
	}
	fstat(device, &status);
	fact("it is a character device", S_ISCHR(status.st_mode));
	row("read", read(device, out, 16));
	row("write", write(device, in, 16));
	structures();
	numbers();
	without_admin();
	if (argc > 2)
		removed();
	return 0;
}
