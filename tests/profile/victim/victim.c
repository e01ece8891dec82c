/* A program with a known shape, to be sampled. It says "r" when it is ready, works when it gets a "g",
 * says "d" when that is done, and ends with status 7 when its input does. MODE says what work is.
 *
 *     victim chain            main -> outer -> middle -> leaf
 *     victim threads          three threads, each on_thread -> outer -> ...
 *     victim forks            two children, each outer -> ...
 *     victim execs PROGRAM    PROGRAM in a child, in mode once
 *     victim sorts            main -> sorter -> qsort -> compare -> leaf: the C library between
 *     victim opens            as chain, then main -> opener -> a function of libm, which it opens
 *     victim deep             main -> deep, 40 times itself, a kilobyte each -> middle -> leaf
 *     victim inlines          main -> around, into which its helper is put
 *     victim writes           main -> writer -> write: the kernel's time
 *     victim signals          as chain, with a signal to itself every turn
 *     victim once             as chain, at once; no word is said or waited for
 *     victim ends             at once
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline))

enum { TURN = 400000, TURNS = 120, THREADS = 3, CHILDREN = 2, LEVELS = 40 };

static volatile uint64_t result;
static volatile sig_atomic_t signals;

/* Of which gcc makes no frame, whatever the flags. */
NOINLINE uint64_t leaf(uint64_t x, long n);
NOINLINE uint64_t leaf(uint64_t x, long n)
{
    while (n-- > 0)
        x = x * 6364136223846793005U + 1442695040888963407U;
    return x;
}

NOINLINE uint64_t middle(uint64_t x, long n);
NOINLINE uint64_t middle(uint64_t x, long n)
{
    return leaf(x, n) + 1;
}

NOINLINE uint64_t outer(uint64_t x, long n);
NOINLINE uint64_t outer(uint64_t x, long n)
{
    return middle(x, n) + 1;
}

static void chain(void)
{
    for (int i = 0; i < TURNS; i++)
        result = outer(result, TURN);
}

NOINLINE void *on_thread(void *unused);
NOINLINE void *on_thread(void *unused)
{
    uint64_t x = 1;
    for (int i = 0; i < TURNS; i++)
        x = outer(x, TURN);
    result = x;
    return unused;
}

static void threads(void)
{
    pthread_t all[THREADS];
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&all[i], NULL, on_thread, NULL) != 0)
            exit(3);
    for (int i = 0; i < THREADS; i++)
        pthread_join(all[i], NULL);
}

static void forks(void)
{
    int status;
    for (int i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            chain();
            _exit(0);
        }
    while (wait(&status) > 0)
        if (status != 0)
            exit(4);
}

static void execs(char *program)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        execl(program, program, "once", (char *)NULL);
        _exit(127);
    }
    if (waitpid(child, &status, 0) != child || status != 0)
        exit(4);
}

NOINLINE int compare(const void *a, const void *b);
NOINLINE int compare(const void *a, const void *b)
{
    result = leaf(result, TURN / 10) + 1;
    return (*(const int *)a > *(const int *)b) - (*(const int *)a < *(const int *)b);
}

NOINLINE void sorter(int *numbers, size_t n);
NOINLINE void sorter(int *numbers, size_t n)
{
    qsort(numbers, n, sizeof *numbers, compare);
    result = (uint64_t)numbers[0];
}

static void sorts(void)
{
    int numbers[300];
    for (int i = 0; i < 300; i++)
        numbers[i] = i * 7919 % 300;
    sorter(numbers, 300);
}

NOINLINE double opener(double x);
NOINLINE double opener(double x)
{
    void *library = dlopen("libm.so.6", RTLD_NOW);
    void *found = library ? dlsym(library, "lgamma") : NULL;
    double (*function)(double);
    if (!found)
        exit(5);
    memcpy(&function, &found, sizeof function);
    for (int i = 0; i < 10 * TURN; i++)
        x += function(x);
    return x;
}

static void opens(void)
{
    chain();
    result += opener(0.5) > 0;
}

NOINLINE uint64_t deep(uint64_t x, int levels);
NOINLINE uint64_t deep(uint64_t x, int levels)
{
    volatile char frame[1024];
    frame[0] = (char)x;
    x = levels > 0 ? deep(x, levels - 1) : middle(x, TURN);
    return x + (uint64_t)frame[0];
}

static void deepen(void)
{
    for (int i = 0; i < TURNS; i++)
        result = deep(result, LEVELS);
}

static inline __attribute__((always_inline)) uint64_t put_inside(uint64_t x)
{
    for (long i = 0; i < TURN; i++)
        x = x * 6364136223846793005U + 1442695040888963407U;
    return x;
}

NOINLINE uint64_t around(uint64_t x);
NOINLINE uint64_t around(uint64_t x)
{
    return put_inside(x) + 1;
}

static void inlines(void)
{
    for (int i = 0; i < TURNS; i++)
        result = around(result);
}

NOINLINE void writer(int fd);
NOINLINE void writer(int fd)
{
    static char block[1 << 20];
    for (int i = 0; i < 1000; i++)
        if (read(fd, block, sizeof block) != sizeof block)
            exit(5);
}

static void writes(void)
{
    int fd = open("/dev/zero", O_RDONLY);
    writer(fd);
    close(fd);
}

static void on_signal(int number)
{
    (void)number;
    signals++;
}

static void signalled(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGUSR1, &action, NULL);
    signals = 0;
    for (int i = 0; i < TURNS; i++) {
        result = outer(result, TURN);
        kill(getpid(), SIGUSR1);
    }
    if (signals != TURNS)
        exit(6);
}

static void nothing(void)
{
}

static const struct {
    const char *mode;
    void (*work)(void);
    int apart; /* without words */
} modes[] = {
    {"chain",   chain,     0},
    {"threads", threads,   0},
    {"forks",   forks,     0},
    {"sorts",   sorts,     0},
    {"inlines", inlines,   0},
    {"deep",    deepen,    0},
    {"opens",   opens,     0},
    {"writes",  writes,    0},
    {"signals", signalled, 0},
    {"once",    chain,     1},
    {"ends",    nothing,   1},
};

static void say(char word)
{
    if (write(STDOUT_FILENO, &word, 1) != 1)
        exit(8);
}

int main(int argc, char **argv)
{
    size_t m = 0;
    char go;
    const char *mode = argc > 1 ? argv[1] : "";
    for (; m < sizeof modes / sizeof *modes && strcmp(modes[m].mode, mode) != 0; m++)
        ;
    if (m < sizeof modes / sizeof *modes && modes[m].apart) {
        modes[m].work();
        return 0;
    }
    say('r');
    while (read(STDIN_FILENO, &go, 1) == 1) {
        if (m < sizeof modes / sizeof *modes)
            modes[m].work();
        else
            execs(argv[2]);
        say('d');
    }
    return 7;
}
