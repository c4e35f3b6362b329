/* Stands between a process and the kernel wherever it changes files below one folder, or
 * talks to the network.
 *
 * A library that replaces libc's write() does not see what libc itself writes (fwrite,
 * which numpy uses), and one that replaces those does not see what links libc statically.
 * So a seccomp filter turns each system call that can change files into a SIGSYS, whoever
 * makes it; the handler counts it, logs it, and makes it, fails it or kills the process.
 * The handler's own calls come from one instruction, which the filter lets pass.
 *
 * shim.py arms it in a forked child and reads its log; what is written here and there
 * about kinds, actions and records must agree.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__x86_64__)
#error "the shim knows the system calls of Linux on x86-64 alone"
#endif

#define PATH_BYTES 4096

enum kind {
    WRITE, SYNC, RENAME, OPEN, CREATE, TRUNCATE, UNLINK, MKDIR, LINK,
    CONNECT, SEND, RECEIVE /* these three: over sockets of the internet's families */
};
enum action { NOTHING, KILL, FAIL, SHORT, SHORT_AND_KILL };

struct plan {
    char home[PATH_BYTES];
    uint64_t kinds;    /* which kinds are counted, a bit each */
    int64_t at;        /* the first is 1 */
    int32_t action;
    int32_t error;     /* errno of a failure */
    int32_t lasting;   /* whether what comes after fails as well */
    int32_t log;       /* descriptor, or -1; outside of home */
};

struct record {
    uint32_t magic, kind;
    int64_t result;
    uint64_t inode;
    int64_t offset; /* where a write began, or the length after a truncation */
    uint64_t flags; /* of an open or a rename; 1 where a folder was removed or all was synced */
    uint32_t path_bytes, target_bytes;
    uint64_t data_bytes;
};

static struct plan plan;
static size_t home_bytes;
static int64_t counted;
static volatile char busy;

/* raw(number, six arguments): as libc's syscall(), but from an address that is known */
long raw(long number, ...);
extern char raw_return[];
__asm__(".text\n"
        ".globl raw\n.type raw,@function\nraw:\n"
        "  mov %rdi,%rax\n  mov %rsi,%rdi\n  mov %rdx,%rsi\n  mov %rcx,%rdx\n"
        "  mov %r8,%r10\n  mov %r9,%r8\n  mov 8(%rsp),%r9\n"
        "  syscall\n"
        ".globl raw_return\nraw_return:\n  ret\n");

struct operation {
    int kind, fd;
    long call, arguments[6];
    uint64_t flags;
    char path[PATH_BYTES], target[PATH_BYTES];
};

static void kill_now(void) {
    raw(SYS_kill, raw(SYS_getpid), SIGKILL);
    for (;;) raw(SYS_pause);
}

static void lock(void) {
    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE)) raw(SYS_sched_yield);
}

static void unlock(void) { __atomic_clear(&busy, __ATOMIC_RELEASE); }

/* ---- where an operation strikes ---- */

static char *append(char *end, const char *text, const char *limit) {
    while (*text && end < limit) *end++ = *text++;
    *end = 0;
    return end;
}

static void path_of(int fd, char *path) {
    char link[32], digits[12], *at = digits + sizeof digits - 1;
    *at = 0;
    if (fd == AT_FDCWD) {
        strcpy(link, "/proc/self/cwd");
    } else {
        int left = fd < 0 ? 0 : fd;
        do *--at = (char)('0' + left % 10); while (left /= 10);
        append(append(link, "/proc/self/fd/", link + sizeof link - 1), at, link + sizeof link - 1);
    }
    long length = raw(SYS_readlink, link, path, PATH_BYTES - 1);
    path[length < 0 ? 0 : length] = 0;
}

static void resolve(int folder, const char *name, char *path) {
    if (!name || name[0] == '/') {
        append(path, name ? name : "", path + PATH_BYTES - 1);
        return;
    }
    path_of(folder, path);
    char *end = append(path + strlen(path), "/", path + PATH_BYTES - 1);
    append(end, name, path + PATH_BYTES - 1);
}

static int below_home(const char *path) {
    return strncmp(path, plan.home, home_bytes) == 0 &&
           (path[home_bytes] == '/' || path[home_bytes] == 0 || path[home_bytes] == ' ');
}

static int is_internet(int fd) {
    int family = 0;
    unsigned size = sizeof family;
    raw(SYS_getsockopt, fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    return family == AF_INET || family == AF_INET6;
}

static void by_fd(struct operation *op, int kind, int fd) {
    op->kind = kind;
    op->fd = fd;
    path_of(fd, op->path);
}

static void by_name(struct operation *op, int kind, int folder, long name) {
    op->kind = kind;
    resolve(folder, (const char *)name, op->path);
}

static void by_open(struct operation *op, int folder, long name, long flags) {
    struct stat found;
    by_name(op, OPEN, folder, name);
    op->flags = (uint64_t)flags;
    if ((flags & O_CREAT) && raw(SYS_stat, op->path, &found) == -ENOENT) op->kind = CREATE;
}

static void understand(struct operation *op) {
    const long *a = op->arguments;
    switch (op->call) {
    case SYS_write: case SYS_pwrite64: case SYS_writev: case SYS_pwritev: case SYS_pwritev2:
        by_fd(op, WRITE, (int)a[0]); break;
    case SYS_sendfile: by_fd(op, WRITE, (int)a[0]); break;
    case SYS_copy_file_range: by_fd(op, WRITE, (int)a[2]); break;
    case SYS_fsync: case SYS_fdatasync: by_fd(op, SYNC, (int)a[0]); break;
    case SYS_syncfs: by_fd(op, SYNC, (int)a[0]); op->flags = 1; break;
    case SYS_sync: by_name(op, SYNC, AT_FDCWD, (long)plan.home); op->flags = 1; break;
    case SYS_ftruncate: case SYS_fallocate: by_fd(op, TRUNCATE, (int)a[0]); break;
    case SYS_truncate: by_name(op, TRUNCATE, AT_FDCWD, a[0]); break;
    case SYS_open: by_open(op, AT_FDCWD, a[0], a[1]); break;
    case SYS_openat: by_open(op, (int)a[0], a[1], a[2]); break;
    case SYS_creat: by_open(op, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC); break;
    case SYS_unlink: by_name(op, UNLINK, AT_FDCWD, a[0]); break;
    case SYS_rmdir: by_name(op, UNLINK, AT_FDCWD, a[0]); op->flags = 1; break;
    case SYS_unlinkat:
        by_name(op, UNLINK, (int)a[0], a[1]); op->flags = (a[2] & AT_REMOVEDIR) != 0; break;
    case SYS_mkdir: by_name(op, MKDIR, AT_FDCWD, a[0]); break;
    case SYS_mkdirat: by_name(op, MKDIR, (int)a[0], a[1]); break;
    case SYS_rename:
        by_name(op, RENAME, AT_FDCWD, a[0]);
        resolve(AT_FDCWD, (const char *)a[1], op->target); break;
    case SYS_renameat: case SYS_renameat2:
        by_name(op, RENAME, (int)a[0], a[1]);
        resolve((int)a[2], (const char *)a[3], op->target);
        op->flags = op->call == SYS_renameat2 ? (uint64_t)a[4] : 0; break;
    case SYS_connect: by_fd(op, CONNECT, (int)a[0]); break;
    case SYS_sendto: case SYS_sendmsg: by_fd(op, SEND, (int)a[0]); break;
    case SYS_recvfrom: case SYS_recvmsg: by_fd(op, RECEIVE, (int)a[0]); break;
    case SYS_link: case SYS_symlink:
        by_name(op, LINK, AT_FDCWD, a[0]);
        resolve(AT_FDCWD, (const char *)a[1], op->target); break;
    case SYS_linkat:
        by_name(op, LINK, (int)a[0], a[1]);
        resolve((int)a[2], (const char *)a[3], op->target); break;
    }
}

/* ---- making it, whole or in part ---- */

static long make(const struct operation *op) {
    const long *a = op->arguments;
    /* Refused, so that the caller falls back to writes that can be torn. */
    if (op->call == SYS_sendfile) return -EINVAL;
    if (op->call == SYS_copy_file_range) return -EXDEV;
    return raw(op->call, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static long make_half(const struct operation *op) {
    struct operation half;
    if (op->kind != WRITE) return make(op);
    half.call = op->call;
    half.kind = op->kind;
    memcpy(half.arguments, op->arguments, sizeof half.arguments);
    if ((op->call == SYS_write || op->call == SYS_pwrite64) && op->arguments[2] > 1)
        half.arguments[2] /= 2;
    else if (op->arguments[2] > 1) /* writev: fewer parts */
        half.arguments[2] = (op->arguments[2] + 1) / 2;
    return make(&half);
}

/* ---- the log ---- */

static void write_all(const void *data, uint64_t left) {
    const char *at = data;
    while (left > 0) {
        long done = raw(SYS_write, plan.log, at, left);
        if (done <= 0) kill_now();
        at += done;
        left -= (uint64_t)done;
    }
}

static void write_data(const struct operation *op, uint64_t left) {
    const long *a = op->arguments;
    if (op->call == SYS_write || op->call == SYS_pwrite64) {
        write_all((const void *)a[1], left);
        return;
    }
    const struct iovec *part = (const struct iovec *)a[1];
    for (; left > 0; part++) {
        uint64_t size = part->iov_len < left ? part->iov_len : left;
        write_all(part->iov_base, size);
        left -= size;
    }
}

static void log_operation(const struct operation *op, long result) {
    struct record record = {.magic = 0x4d495653, .kind = (uint32_t)op->kind, .result = result};
    struct stat found = {0};
    /* On the network a refusal is usual: a socket with a time limit is told to wait. */
    if (plan.log < 0 || (result < 0 && op->kind < CONNECT)) return;
    if (op->kind == OPEN || op->kind == CREATE) raw(SYS_fstat, result, &found);
    else if (op->fd >= 0) raw(SYS_fstat, op->fd, &found);
    else raw(SYS_lstat, op->kind == RENAME || op->kind == LINK ? op->target : op->path, &found);
    record.inode = found.st_ino;
    record.flags = op->flags;
    if (op->kind == TRUNCATE) record.offset = found.st_size;
    if (op->kind == WRITE) {
        int at_own_offset = op->call != SYS_write && op->call != SYS_writev;
        record.offset = at_own_offset ? op->arguments[3]
                                      : raw(SYS_lseek, op->fd, 0, SEEK_CUR) - result;
        record.data_bytes = (uint64_t)result;
    }
    record.path_bytes = (uint32_t)strlen(op->path);
    record.target_bytes = (uint32_t)strlen(op->target);
    write_all(&record, sizeof record);
    write_all(op->path, record.path_bytes);
    write_all(op->target, record.target_bytes);
    if (record.data_bytes) write_data(op, record.data_bytes);
}

/* ---- the handler and the filter ---- */

static long decide(struct operation *op) {
    int is_counted = (int)(plan.kinds >> op->kind & 1);
    if (is_counted) counted++;
    int strikes = is_counted && plan.action != NOTHING &&
                  (counted == plan.at || (plan.lasting && counted > plan.at));
    if (strikes && plan.action == KILL) kill_now();
    if (strikes && plan.action == FAIL) return -plan.error;
    long result = strikes ? make_half(op) : make(op);
    if (strikes && plan.action == SHORT_AND_KILL) kill_now();
    log_operation(op, result);
    return result;
}

static void trapped(int signal, siginfo_t *info, void *context) {
    (void)signal;
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    struct operation op;
    op.kind = -1;
    op.fd = -1;
    op.flags = 0;
    op.path[0] = op.target[0] = 0;
    op.call = info->si_syscall;
    const int order[6] = {REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9};
    for (int at = 0; at < 6; at++) op.arguments[at] = registers[order[at]];
    understand(&op);
    int is_meant = op.kind >= CONNECT ? is_internet(op.fd)
                                      : below_home(op.path) || below_home(op.target);
    if (!is_meant) {
        const long *a = op.arguments;
        registers[REG_RAX] = raw(op.call, a[0], a[1], a[2], a[3], a[4], a[5]);
        return;
    }
    lock(); /* Nothing waits in here: Python polls a socket that has a time limit before. */
    registers[REG_RAX] = decide(&op);
    unlock();
}

static const int TRAPPED[] = {
    SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_pwritev2, SYS_sendfile,
    SYS_copy_file_range, SYS_fsync, SYS_fdatasync, SYS_sync, SYS_syncfs, SYS_ftruncate, SYS_fallocate, SYS_truncate,
    SYS_creat, SYS_unlink, SYS_rmdir, SYS_unlinkat, SYS_mkdir, SYS_mkdirat, SYS_rename,
    SYS_renameat, SYS_renameat2, SYS_link, SYS_linkat, SYS_symlink,
    SYS_connect, SYS_sendto, SYS_sendmsg, SYS_recvfrom, SYS_recvmsg,
};
#define CALLS (sizeof TRAPPED / sizeof *TRAPPED)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF_EQUAL(value, then, other) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), then, other)
#define IF_ANY(bits, then, other) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), then, other)
#define CHANGING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

static int filter(void) {
    uint64_t own = (uint64_t)(uintptr_t)raw_return;
    struct sock_filter program[32 + 2 * CALLS];
    unsigned short at = 0;
    size_t pointer = offsetof(struct seccomp_data, instruction_pointer);
    struct sock_filter head[] = {
        LOAD(pointer), IF_EQUAL(own, 0, 3),
        LOAD(pointer + 4), IF_EQUAL(own >> 32, 0, 1), RETURN(SECCOMP_RET_ALLOW),
        LOAD(offsetof(struct seccomp_data, nr)),
        IF_EQUAL(SYS_open, 0, 4), LOAD(offsetof(struct seccomp_data, args[1])),
        IF_ANY(CHANGING, 0, 1), RETURN(SECCOMP_RET_TRAP), RETURN(SECCOMP_RET_ALLOW),
        IF_EQUAL(SYS_openat, 0, 4), LOAD(offsetof(struct seccomp_data, args[2])),
        IF_ANY(CHANGING, 0, 1), RETURN(SECCOMP_RET_TRAP), RETURN(SECCOMP_RET_ALLOW),
    };
    memcpy(program, head, sizeof head);
    at = sizeof head / sizeof *head;
    for (size_t call = 0; call < CALLS; call++) {
        struct sock_filter each[] = {IF_EQUAL(TRAPPED[call], 0, 1), RETURN(SECCOMP_RET_TRAP)};
        memcpy(program + at, each, sizeof each);
        at += 2;
    }
    program[at++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
    struct sock_fprog whole = {.len = at, .filter = program};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return errno;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole)) return errno;
    return 0;
}

/* Arm the calling process, which must have one thread. Gives 0, or why it cannot be. */
int arm(const struct plan *told) {
    struct sigaction action = {.sa_sigaction = trapped, .sa_flags = SA_SIGINFO};
    plan = *told;
    home_bytes = strlen(plan.home);
    if (sigaction(SIGSYS, &action, NULL)) return errno;
    return filter();
}

int64_t operations(void) { return counted; }
