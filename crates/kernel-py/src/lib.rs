//! `chekhov._kernel`: thin bindings. JSON in, JSON out; the GIL is released while the kernel works.

use std::sync::atomic::Ordering;
use std::sync::Arc;

use chekhov_kernel::error::{Error, Result};
use chekhov_kernel::explanation::{self, Limits};
use chekhov_kernel::session::Session;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

create_exception!(_kernel, KernelError, PyException, "What went wrong while a world ran; the message is JSON.");

fn raise<T>(result: Result<T>) -> PyResult<T> {
    result.map_err(|error: Error| KernelError::new_err(error.to_json().to_string()))
}

/// A handle on a running request, from any thread.
#[pyclass(frozen)]
#[derive(Default)]
struct Control {
    inner: Arc<explanation::Control>,
}

#[pymethods]
impl Control {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Ends the running request with what it has.
    fn stop(&self) {
        self.inner.stop.store(true, Ordering::Relaxed);
    }

    /// How far the request is, as JSON.
    fn progress(&self) -> String {
        let c = &self.inner;
        format!(
            "{{\"states\":{},\"depth\":{},\"frontier\":{},\"bytes\":{}}}",
            c.states.load(Ordering::Relaxed),
            c.depth.load(Ordering::Relaxed),
            c.frontier.load(Ordering::Relaxed),
            c.bytes.load(Ordering::Relaxed)
        )
    }
}

#[pyclass(frozen)]
struct Kernel {
    session: Session,
}

/// Runs on a thread with a stack that deep formulas fit into.
fn on_large_stack<R: Send>(py: Python<'_>, run: impl FnOnce() -> R + Send) -> R {
    py.detach(|| {
        std::thread::scope(|scope| {
            let handle = std::thread::Builder::new().stack_size(256 << 20).spawn_scoped(scope, run).expect("a thread can be started");
            match handle.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    })
}

#[pymethods]
impl Kernel {
    #[new]
    fn new(py: Python<'_>, task_json: &str, options_json: &str) -> PyResult<Self> {
        raise(on_large_stack(py, || Session::new(task_json, options_json))).map(|session| Kernel { session })
    }

    fn search(&self, py: Python<'_>, request_json: &str, control: &Control) -> PyResult<String> {
        let control = control.inner.clone();
        raise(on_large_stack(py, || self.session.search(request_json, &control))).map(|json| json.to_string())
    }

    fn explore(&self, py: Python<'_>, request_json: &str, control: &Control) -> PyResult<String> {
        let control = control.inner.clone();
        raise(on_large_stack(py, || self.session.explore(request_json, &control))).map(|json| json.to_string())
    }

    fn initial(&self, py: Python<'_>) -> PyResult<u64> {
        raise(on_large_stack(py, || self.session.initial()))
    }

    fn step(&self, world: u64, action: usize) -> PyResult<u64> {
        raise(self.session.step(world, action))
    }

    fn believed(&self, world: u64, character: usize) -> PyResult<u64> {
        raise(self.session.believed(world, character))
    }

    fn possible(&self, world: u64, action: usize) -> PyResult<bool> {
        raise(self.session.possible(world, action))
    }

    fn evaluate(&self, world: u64, expression_json: &str) -> PyResult<String> {
        raise(self.session.evaluate(world, expression_json)).map(|json| json.to_string())
    }

    fn values(&self, world: u64) -> PyResult<String> {
        raise(self.session.values(world)).map(|json| json.to_string())
    }

    #[pyo3(signature = (world, action, budget, depth_limit, control))]
    fn explain(
        &self,
        py: Python<'_>,
        world: u64,
        action: usize,
        budget: Option<u16>,
        depth_limit: Option<u16>,
        control: &Control,
    ) -> PyResult<String> {
        let limits = Limits { acts: budget.unwrap_or(u16::MAX - 2).max(1), beliefs: depth_limit };
        let control = control.inner.clone();
        raise(on_large_stack(py, || self.session.explain(world, action, limits, &control))).map(|json| json.to_string())
    }
}

#[pymodule]
fn _kernel(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<Control>()?;
    m.add_class::<Kernel>()?;
    m.add("KernelError", m.py().get_type::<KernelError>())?;
    m.add("FAULTS", if cfg!(feature = "faults") { chekhov_kernel::FAULTS.to_vec() } else { vec![] })?;
    m.add("__version__", env!("CARGO_PKG_VERSION"))?;
    Ok(())
}
