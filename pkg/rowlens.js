/* @ts-self-types="./rowlens.d.ts" */

/**
 * Rows to documents.
 */
export class Assembler {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        AssemblerFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_assembler_free(ptr, 0);
    }
    /**
     * Makes JSON text of what the last run found, in place of the last text made; returns its length in bytes, 0 where that is nothing.
     * @returns {number}
     */
    findings() {
        const ret = wasm.assembler_findings(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * For the collection number `collection` of the plan.
     * @param {Plan} plan
     * @param {number} collection
     */
    constructor(plan, collection) {
        _assertClass(plan, Plan);
        const ret = wasm.assembler_new(plan.__wbg_ptr, collection);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        AssemblerFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * How many bytes it is.
     * @returns {number}
     */
    out_len() {
        const ret = wasm.assembler_out_len(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where the concatenated BSON is.
     * @returns {number}
     */
    out_ptr() {
        const ret = wasm.assembler_out_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Makes room for `length` bytes of table `table`'s tuples; returns where.
     * @param {number} table
     * @param {number} length
     * @returns {number}
     */
    reserve(table, length) {
        const ret = wasm.assembler_reserve(this.__wbg_ptr, table, length);
        return ret >>> 0;
    }
    /**
     * Assembles what was written; returns how many documents there are.
     * @returns {number}
     */
    run() {
        const ret = wasm.assembler_run(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Answers for keys that are looked up, instead of the former ones; throws an array of issues.
     * @param {string[]} entries
     */
    set_lookups(entries) {
        const ptr0 = passArrayJsValueToWasm0(entries, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.assembler_set_lookups(this.__wbg_ptr, ptr0, len0);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Where it is.
     * @returns {number}
     */
    text_ptr() {
        const ret = wasm.assembler_text_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Assembler.prototype[Symbol.dispose] = Assembler.prototype.free;

/**
 * The aggregates of one batch, apart from the shredder that made them.
 */
export class Batch {
    static __wrap(ptr) {
        const obj = Object.create(Batch.prototype);
        obj.__wbg_ptr = ptr;
        BatchFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        BatchFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_batch_free(ptr, 0);
    }
    /**
     * Makes tuples of table number `table` for these aggregates, for its staging table or for itself; gives whether it can.
     * @param {number} table
     * @param {Uint32Array | number[]} members
     * @param {boolean} staging
     * @returns {boolean}
     */
    copied(table, members, staging) {
        const val2 = +table;
        const val3 = +staging;
        const ptr0 = passArray32ToWasm0(members, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.batch_copied(this.__wbg_ptr, val2, ptr0, len0, val3);
        return ret !== 0;
    }
    /**
     * Positions of the aggregates' documents.
     * @returns {Uint32Array}
     */
    documents() {
        const ret = wasm.batch_documents(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * These aggregates in groups, each behind its size, in the order in which they can be written: a document after those it refers to.
     * @param {Uint32Array | number[]} members
     * @returns {Uint32Array}
     */
    groups(members) {
        const ptr0 = passArray32ToWasm0(members, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.batch_groups(this.__wbg_ptr, ptr0, len0);
        var v2 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v2;
    }
    /**
     * Their keys as text.
     * @returns {string[]}
     */
    keys() {
        const ret = wasm.batch_keys(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Makes the parameters of the statement `apply_new` for this aggregate, as one tuple; gives whether it can.
     * @param {number} member
     * @returns {boolean}
     */
    new_parameters(member) {
        const ret = wasm.batch_new_parameters(this.__wbg_ptr, member);
        return ret !== 0;
    }
    /**
     * Which of them have no version: 0 it has one, 1 it is missing, 2 what stands there is none.
     * @returns {Uint8Array}
     */
    no_versions() {
        const ret = wasm.batch_no_versions(this.__wbg_ptr);
        var v1 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v1;
    }
    /**
     * How many bytes it is.
     * @returns {number}
     */
    out_len() {
        const ret = wasm.batch_out_len(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Where what was made last is.
     * @returns {number}
     */
    out_ptr() {
        const ret = wasm.batch_out_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Makes the parameters of the statement `apply` for these aggregates; gives where each ends, nothing where it cannot.
     * @param {Uint32Array | number[]} members
     * @param {boolean} binary
     * @returns {Uint32Array | undefined}
     */
    parameters(members, binary) {
        const val2 = +binary;
        const ptr0 = passArray32ToWasm0(members, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.batch_parameters(this.__wbg_ptr, ptr0, len0, val2);
        let v3;
        if (ret[0] !== 0) {
            v3 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
            wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        }
        return v3;
    }
    /**
     * How many rows they have.
     * @returns {Uint32Array}
     */
    row_counts() {
        const ret = wasm.batch_row_counts(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * How many bytes their rows are.
     * @returns {Uint32Array}
     */
    sizes() {
        const ret = wasm.batch_sizes(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * Documents whose key another of the batch has in a newer state, each followed by that one and by whether it has a version itself, as in
     * `no_versions`.
     * @returns {Uint32Array}
     */
    superseded() {
        const ret = wasm.batch_superseded(this.__wbg_ptr);
        var v1 = getArrayU32FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
}
if (Symbol.dispose) Batch.prototype[Symbol.dispose] = Batch.prototype.free;

/**
 * A compiled mapping.
 */
export class Plan {
    static __wrap(ptr) {
        const obj = Object.create(Plan.prototype);
        obj.__wbg_ptr = ptr;
        PlanFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        PlanFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_plan_free(ptr, 0);
    }
    /**
     * Whether the collection looks ids up.
     * @param {number} collection
     * @returns {boolean}
     */
    collection_looks_up(collection) {
        const ret = wasm.plan_collection_looks_up(this.__wbg_ptr, collection);
        return ret !== 0;
    }
    /**
     * Compiles a mapping's JSON text; throws an array of issues.
     * @param {string} text
     * @param {string | null} [fidelity]
     * @returns {Plan}
     */
    static compile(text, fidelity) {
        let ptr0, len0, ptr1, len1;
        try {
            ptr0 = passStringToWasm0(text, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = isLikeNone(fidelity) ? 0 : passStringToWasm0(fidelity, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.plan_compile(ptr0, len0, ptr1, len1);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return Plan.__wrap(ret[0]);
    }
    /**
     * Collections, tables and columns as data.
     * @returns {any}
     */
    describe() {
        const ret = wasm.plan_describe(this.__wbg_ptr);
        return ret;
    }
    /**
     * Findings that do not forbid the plan.
     * @returns {any}
     */
    warnings() {
        const ret = wasm.plan_warnings(this.__wbg_ptr);
        return ret;
    }
}
if (Symbol.dispose) Plan.prototype[Symbol.dispose] = Plan.prototype.free;

/**
 * Records to tuples.
 */
export class Records {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        RecordsFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_records_free(ptr, 0);
    }
    /**
     * Appends the tuples of what was written, which are records of table `table`; throws an issue.
     * @param {number} table
     * @returns {number}
     */
    append(table) {
        const ret = wasm.records_append(this.__wbg_ptr, table);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * Forgets everything.
     */
    clear() {
        wasm.records_clear(this.__wbg_ptr);
    }
    /**
     * Forgets the tuples of whole aggregates.
     */
    drop_whole() {
        wasm.records_drop_whole(this.__wbg_ptr);
    }
    /**
     * The stream is at its end; false where it was cut off.
     * @returns {boolean}
     */
    finish() {
        const ret = wasm.records_finish(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * For the collection number `collection` of the plan.
     * @param {Plan} plan
     * @param {number} collection
     */
    constructor(plan, collection) {
        _assertClass(plan, Plan);
        const ret = wasm.records_new(plan.__wbg_ptr, collection);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        RecordsFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Takes what was written as the stream's next bytes; throws an issue.
     */
    push_copy() {
        const ret = wasm.records_push_copy(this.__wbg_ptr);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Makes room for `length` bytes; returns where.
     * @param {number} length
     * @returns {number}
     */
    reserve(length) {
        const ret = wasm.records_reserve(this.__wbg_ptr, length);
        return ret >>> 0;
    }
    /**
     * Takes what was written as tuples of table `table`.
     * @param {number} table
     */
    set_tuples(table) {
        wasm.records_set_tuples(this.__wbg_ptr, table);
    }
    /**
     * How many bytes all of them are, or those of whole aggregates of the stream.
     * @param {number} table
     * @param {boolean} whole
     * @returns {number}
     */
    tuples_len(table, whole) {
        const ret = wasm.records_tuples_len(this.__wbg_ptr, table, whole);
        return ret >>> 0;
    }
    /**
     * Where the tuples of table `table` are, those of whole aggregates first.
     * @param {number} table
     * @returns {number}
     */
    tuples_ptr(table) {
        const ret = wasm.records_tuples_ptr(this.__wbg_ptr, table);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Records.prototype[Symbol.dispose] = Records.prototype.free;

/**
 * Documents to rows.
 */
export class Shredder {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ShredderFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_shredder_free(ptr, 0);
    }
    /**
     * Makes COPY text of table `table`'s tuples, in place of the last one made; returns its length in bytes.
     * @param {number} table
     * @returns {number}
     */
    copy_text(table) {
        const ret = wasm.shredder_copy_text(this.__wbg_ptr, table);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return ret[0] >>> 0;
    }
    /**
     * How the last run's rows, which noted spans, differ from those that a database has.
     * @param {Records} database
     * @param {boolean} values
     * @returns {any}
     */
    differences(database, values) {
        _assertClass(database, Records);
        const ret = wasm.shredder_differences(this.__wbg_ptr, database.__wbg_ptr, values);
        return ret;
    }
    /**
     * Digests of the last run's aggregates, which noted spans, each key once; returns their length in bytes, `text_ptr` says where. Each is, little-endian,
     * position of the document, number of rows, length of the key, length of the element `_id` (`u32`), the two sums (`i64`), the key, and the element.
     * @returns {number | undefined}
     */
    digests() {
        const ret = wasm.shredder_digests(this.__wbg_ptr);
        return ret === Number.MAX_SAFE_INTEGER ? undefined : ret;
    }
    /**
     * Makes JSON text of what the last run found, in place of the last text made; returns its length in bytes.
     * @returns {number}
     */
    findings() {
        const ret = wasm.shredder_findings(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * `[collection, _id as canonical Extended JSON]` of each id that the first `length` bytes of the input need.
     * @param {number} length
     * @returns {any}
     */
    needed_lookups(length) {
        const ret = wasm.shredder_needed_lookups(this.__wbg_ptr, length);
        return ret;
    }
    /**
     * For the collection number `collection` of the plan.
     * @param {Plan} plan
     * @param {number} collection
     */
    constructor(plan, collection) {
        _assertClass(plan, Plan);
        const ret = wasm.shredder_new(plan.__wbg_ptr, collection);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        ShredderFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Where the outline of the last run is: documents, accepted documents, kinds of findings, then for each table rows, pointer, bytes. It stays there.
     * @returns {number}
     */
    outline() {
        const ret = wasm.shredder_outline(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Makes room for `length` bytes of concatenated BSON; returns where. It stays there until more is asked for, and so does what is in it.
     * @param {number} length
     * @returns {number}
     */
    reserve(length) {
        const ret = wasm.shredder_reserve(this.__wbg_ptr, length);
        return ret >>> 0;
    }
    /**
     * Shreds the first `length` bytes of what was written, and gives the aggregates; `given` are versions by document, where the caller says them.
     * @param {number} length
     * @param {BigInt64Array | bigint[] | null} [given]
     * @returns {Batch}
     */
    run_batch(length, given) {
        const val2 = +length;
        var ptr0 = isLikeNone(given) ? 0 : passArray64ToWasm0(given, wasm.__wbindgen_malloc);
        var len0 = WASM_VECTOR_LEN;
        const ret = wasm.shredder_run_batch(this.__wbg_ptr, val2, ptr0, len0);
        return Batch.__wrap(ret);
    }
    /**
     * Shreds the first `length` bytes of what was written.
     * @param {number} length
     */
    run(length) {
        wasm.shredder_run(this.__wbg_ptr, length);
    }
    /**
     * As `run`, noting which rows are whose.
     * @param {number} length
     */
    run_spans(length) {
        wasm.shredder_run_spans(this.__wbg_ptr, length);
    }
    /**
     * Says where each document ends that the next call looks at; where nothing is said, documents say it themselves.
     * @param {Uint32Array | number[]} ends
     */
    set_ends(ends) {
        const ptr0 = passArray32ToWasm0(ends, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.shredder_set_ends(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * Answers for keys that are looked up, instead of the former ones; throws an array of issues.
     * @param {string[]} entries
     */
    set_lookups(entries) {
        const ptr0 = passArrayJsValueToWasm0(entries, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.shredder_set_lookups(this.__wbg_ptr, ptr0, len0);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Where it is.
     * @returns {number}
     */
    text_ptr() {
        const ret = wasm.shredder_text_ptr(this.__wbg_ptr);
        return ret >>> 0;
    }
}
if (Symbol.dispose) Shredder.prototype[Symbol.dispose] = Shredder.prototype.free;

/**
 * COPY text of tuples whose columns have these kinds, one a line.
 * @param {string} kinds
 * @param {Uint8Array | number[]} tuples
 * @returns {Uint8Array}
 */
export function copyText(kinds, tuples) {
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passStringToWasm0(kinds, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passArray8ToWasm0(tuples, wasm.__wbindgen_malloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.copyText(ptr0, len0, ptr1, len1);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v3 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v3;
}

/**
 * The wasm memory that pointers lead into.
 * @returns {any}
 */
export function linear_memory() {
    const ret = wasm.linear_memory();
    return ret;
}

/**
 * Concatenated BSON of Extended JSON documents: one, an array of them, or one a line.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function parseExtendedJson(text) {
    const ptr0 = passStringToWasm0(text, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    const len0 = WASM_VECTOR_LEN;
    const ret = wasm.parseExtendedJson(ptr0, len0);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v2 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
    wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
    return v2;
}

/**
 * Extended JSON of concatenated BSON, one document a line.
 * @param {Uint8Array | number[]} bson
 * @param {boolean} relaxed
 * @returns {string}
 */
export function toExtendedJson(bson, relaxed) {
    let deferred4_0;
    let deferred4_1;
    try {
        const val2 = +relaxed;
        const ptr0 = passArray8ToWasm0(bson, wasm.__wbindgen_malloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.toExtendedJson(ptr0, len0, val2);
        var ptr3 = ret[0];
        var len3 = ret[1];
        if (ret[3]) {
            ptr3 = 0; len3 = 0;
            throw takeFromExternrefTable0(ret[2]);
        }
        deferred4_0 = ptr3;
        deferred4_1 = len3;
        return getStringFromWasm0(ptr3, len3);
    } finally {
        wasm.__wbindgen_free(deferred4_0, deferred4_1, 1);
    }
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg___wbindgen_memory_17a1178bc3328ea3: function() {
            const ret = wasm.memory;
            return ret;
        },
        __wbg___wbindgen_string_get_7ce8eee7fd327545: function(arg0, arg1) {
            const obj = arg1;
            const ret = typeof(obj) === 'string' ? obj : undefined;
            var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            var len1 = WASM_VECTOR_LEN;
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
            getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
        },
        __wbg___wbindgen_throw_4c88d8bf264fd984: function(arg0, arg1) {
            throw new Error(getStringFromWasm0(arg0, arg1));
        },
        __wbg_new_37eb45aaf5eeb820: function() {
            const ret = new Array();
            return ret;
        },
        __wbg_new_cd4348290afae586: function() {
            const ret = new Object();
            return ret;
        },
        __wbg_set_d2d33b52458e984a: function(arg0, arg1, arg2) {
            arg0[arg1 >>> 0] = arg2;
        },
        __wbg_set_e4b9a833d288759a: function(arg0, arg1, arg2) {
            arg0[arg1] = arg2;
        },
        __wbindgen_generic_0000000000000001: function(arg0) {
            // Cast intrinsic for `F64 -> Externref`.
            const ret = arg0;
            return ret;
        },
        __wbindgen_generic_0000000000000002: function(arg0, arg1) {
            // Cast intrinsic for `Ref(String) -> Externref`.
            const ret = getStringFromWasm0(arg0, arg1);
            return ret;
        },
        __wbindgen_init_externref_table: function() {
            const table = wasm.__wbindgen_externrefs;
            table.set(0, undefined);
            table.set(1024, undefined);
            table.set(1025, null);
            table.set(1026, true);
            table.set(1027, false);
        },
    };
    return {
        __proto__: null,
        "./rowlens_bg.js": import0,
    };
}

const AssemblerFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_assembler_free(ptr, 1));
const BatchFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_batch_free(ptr, 1));
const PlanFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_plan_free(ptr, 1));
const RecordsFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_records_free(ptr, 1));
const ShredderFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_shredder_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function _assertClass(instance, klass) {
    if (!(instance instanceof klass)) {
        throw new Error(`expected instance of ${klass.name}`);
    }
}

function getArrayJsValueFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const mem = getDataViewMemory0();
    const result = [];
    for (let i = ptr; i < ptr + 4 * len; i += 4) {
        result.push(wasm.__wbindgen_externrefs.get(mem.getUint32(i, true)));
    }
    wasm.__externref_drop_slice(ptr, len);
    return result;
}

function getArrayU32FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint32ArrayMemory0().subarray(ptr / 4, ptr / 4 + len);
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedBigUint64ArrayMemory0 = null;
function getBigUint64ArrayMemory0() {
    if (cachedBigUint64ArrayMemory0 === null || cachedBigUint64ArrayMemory0.byteLength === 0) {
        cachedBigUint64ArrayMemory0 = new BigUint64Array(wasm.memory.buffer);
    }
    return cachedBigUint64ArrayMemory0;
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint32ArrayMemory0 = null;
function getUint32ArrayMemory0() {
    if (cachedUint32ArrayMemory0 === null || cachedUint32ArrayMemory0.byteLength === 0) {
        cachedUint32ArrayMemory0 = new Uint32Array(wasm.memory.buffer);
    }
    return cachedUint32ArrayMemory0;
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function passArray32ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 4, 4) >>> 0;
    getUint32ArrayMemory0().set(arg, ptr / 4);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray64ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 8, 8) >>> 0;
    getBigUint64ArrayMemory0().set(arg, ptr / 8);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArray8ToWasm0(arg, malloc) {
    const ptr = malloc(arg.length * 1, 1) >>> 0;
    getUint8ArrayMemory0().set(arg, ptr / 1);
    WASM_VECTOR_LEN = arg.length;
    return ptr;
}

function passArrayJsValueToWasm0(array, malloc) {
    const ptr = malloc(array.length * 4, 4) >>> 0;
    for (let i = 0; i < array.length; i++) {
        const add = addToExternrefTable0(array[i]);
        getDataViewMemory0().setUint32(ptr + 4 * i, add, true);
    }
    WASM_VECTOR_LEN = array.length;
    return ptr;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;

let wasmModule, wasmInstance, wasm;
function __wbg_finalize_init(instance, module) {
    wasmInstance = instance;
    wasm = instance.exports;
    wasmModule = module;
    cachedBigUint64ArrayMemory0 = null;
    cachedDataViewMemory0 = null;
    cachedUint32ArrayMemory0 = null;
    cachedUint8ArrayMemory0 = null;
    wasm.__wbindgen_start();
    return wasm;
}

async function __wbg_load(module, imports) {
    if (typeof Response === 'function' && module instanceof Response) {
        if (!module.ok) {
            throw new Error(`failed to fetch Wasm: ${module.status} ${module.statusText} fetching '${module.url}'`);
        }

        if (typeof WebAssembly.instantiateStreaming === 'function') {
            try {
                return await WebAssembly.instantiateStreaming(module, imports);
            } catch (e) {
                const validResponse = expectedResponseType(module.type);

                if (validResponse && module.headers.get('Content-Type') !== 'application/wasm') {
                    console.warn("`WebAssembly.instantiateStreaming` failed because your server does not serve Wasm with `application/wasm` MIME type. Falling back to `WebAssembly.instantiate` which is slower. Original error:\n", e);

                } else { throw e; }
            }
        }

        const bytes = await module.arrayBuffer();
        return await WebAssembly.instantiate(bytes, imports);
    } else {
        const instance = await WebAssembly.instantiate(module, imports);

        if (instance instanceof WebAssembly.Instance) {
            return { instance, module };
        } else {
            return instance;
        }
    }

    function expectedResponseType(type) {
        switch (type) {
            case 'basic': case 'cors': case 'default': return true;
        }
        return false;
    }
}

function initSync(module) {
    if (wasm !== undefined) return wasm;


    if (module !== undefined) {
        if (Object.getPrototypeOf(module) === Object.prototype) {
            ({module} = module)
        } else {
            console.warn('using deprecated parameters for `initSync()`; pass a single object instead')
        }
    }

    const imports = __wbg_get_imports();
    if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);
    return __wbg_finalize_init(instance, module);
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    if (wasm !== undefined) return wasm;
    if (__wbg_init_promise === undefined) {
        __wbg_init_promise = __wbg_init_once(module_or_path);
        __wbg_init_promise.catch(() => { __wbg_init_promise = undefined; });
    }
    return __wbg_init_promise;
}

async function __wbg_init_once(module_or_path) {

    if (module_or_path !== undefined) {
        if (Object.getPrototypeOf(module_or_path) === Object.prototype) {
            ({module_or_path} = module_or_path)
        } else {
            console.warn('using deprecated parameters for the initialization function; pass a single object instead')
        }
    }


    const imports = __wbg_get_imports();

    if (typeof module_or_path === 'string' || (typeof Request === 'function' && module_or_path instanceof Request) || (typeof URL === 'function' && module_or_path instanceof URL)) {
        module_or_path = fetch(module_or_path);
    }

    const { instance, module } = await __wbg_load(await module_or_path, imports);

    return __wbg_finalize_init(instance, module);
}

export { initSync, __wbg_init as default };
